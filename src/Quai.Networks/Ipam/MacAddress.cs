using System.Buffers;
using System.Globalization;
using System.Net;
using Quai.Errors;

namespace Quai.Networks.Ipam;

/// <summary>Hardware addresses of six bytes.</summary>
public static class MacAddress
{
    /// <summary>Reads <c>02:42:ac:11:00:02</c>, the same with dashes, or <c>0242.ac11.0002</c>.</summary>
    /// <exception cref="QuaiException">Not of that form, or no single interface's: a group's, or all zeros.</exception>
    public static byte[] Parse(string text)
    {
        char separator = text.Length == 14 ? '.' : text.Contains('-', StringComparison.Ordinal) ? '-' : ':';
        int digits = separator == '.' ? 4 : 2;
        string[] groups = text.Split(separator);
        byte[] mac = new byte[6];
        if (groups.Length * digits != 12 || groups.Any(g => g.Length != digits) || Convert.FromHexString(string.Concat(groups), mac, out _, out _) != OperationStatus.Done
            || (mac[0] & 1) != 0 || mac.All(b => b == 0))
        {
            throw QuaiException.Invalid($"invalid MAC address {text}");
        }

        return mac;
    }

    /// <summary>As Docker's: a function of the address, so that neighbours' ARP caches stay true when an address is leased again.</summary>
    public static byte[] Of(IPAddress address) => [0x02, 0x42, .. address.GetAddressBytes().AsSpan()[^4..]];

    /// <summary>Of an endpoint that has no address yet, or none at all: a function of its id.</summary>
    public static byte[] OfEndpoint(string id) => [0x02, 0x42, .. Convert.FromHexString(id.AsSpan(0, 8))];

    /// <summary>In colon form.</summary>
    public static string Format(ReadOnlySpan<byte> mac) =>
        string.Create(CultureInfo.InvariantCulture, $"{mac[0]:x2}:{mac[1]:x2}:{mac[2]:x2}:{mac[3]:x2}:{mac[4]:x2}:{mac[5]:x2}");
}

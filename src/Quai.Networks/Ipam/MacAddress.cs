using System.Globalization;
using System.Net;
using Quai.Errors;

namespace Quai.Networks.Ipam;

/// <summary>Hardware addresses of six bytes.</summary>
internal static class MacAddress
{
    /// <summary>Reads <c>02:42:ac:11:00:02</c>, or the same with dashes.</summary>
    /// <exception cref="QuaiException">Not of that form.</exception>
    public static byte[] Parse(string text)
    {
        string[] parts = text.Split(':', '-');
        byte[] mac = new byte[6];
        for (int i = 0; i < 6; i++)
        {
            if (parts.Length != 6 || parts[i].Length != 2 || !byte.TryParse(parts[i], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out mac[i]))
            {
                throw QuaiException.Invalid($"invalid MAC address: {text}");
            }
        }

        return mac;
    }

    /// <summary>As Docker's: a function of the address, so that neighbours' ARP caches stay true when an address is leased again.</summary>
    public static byte[] Of(IPAddress address) => [0x02, 0x42, .. address.GetAddressBytes().AsSpan()[^4..]];

    /// <summary>In colon form.</summary>
    public static string Format(ReadOnlySpan<byte> mac) =>
        string.Create(CultureInfo.InvariantCulture, $"{mac[0]:x2}:{mac[1]:x2}:{mac[2]:x2}:{mac[3]:x2}:{mac[4]:x2}:{mac[5]:x2}");
}

using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net.Sockets;

namespace Quai.Networks.Egress;

/// <summary>A protocol and ports, as a rule of an <see cref="EgressPolicy"/> names them.</summary>
/// <param name="Protocol"><c>tcp</c>, <c>udp</c>, <c>sctp</c>, or <c>icmp</c> for that of either family.</param>
/// <param name="FirstPort">The first port.</param>
/// <param name="LastPort">The last one.</param>
public sealed record EgressService(string Protocol, ushort FirstPort = 0, ushort LastPort = ushort.MaxValue)
{
    private const string Icmp = "icmp";

    /// <summary>Whether it is only some of the protocol's ports.</summary>
    public bool HasPorts => FirstPort > 0 || LastPort < ushort.MaxValue;

    /// <summary>The protocol's number in a family.</summary>
    public byte NumberIn(AddressFamily family) => Protocol switch
    {
        "tcp" => 6,
        "udp" => 17,
        "sctp" => 132,
        _ => family == AddressFamily.InterNetwork ? (byte)1 : (byte)58,
    };

    /// <summary>The text, as <see cref="EgressPolicy.Parse"/> reads it.</summary>
    public override string ToString() =>
        !HasPorts ? Protocol
        : FirstPort == LastPort ? string.Create(CultureInfo.InvariantCulture, $"{Protocol}/{FirstPort}")
        : string.Create(CultureInfo.InvariantCulture, $"{Protocol}/{FirstPort}-{LastPort}");

    /// <summary>Reads <c>tcp/443</c>, <c>udp/5000-5010</c>, <c>icmp</c>.</summary>
    internal static bool TryParse(string text, [NotNullWhen(true)] out EgressService? service, [NotNullWhen(false)] out string? wrong)
    {
        service = null;
        int slash = text.IndexOf('/', StringComparison.Ordinal);
        string protocol = slash < 0 ? text : text[..slash];
        if (protocol is not ("tcp" or "udp" or "sctp" or Icmp))
        {
            wrong = $"\"{protocol}\" is none of the protocols tcp, udp, sctp and icmp";
            return false;
        }

        wrong = null;
        if (slash < 0)
        {
            service = new EgressService(protocol);
            return true;
        }

        if (protocol == Icmp)
        {
            wrong = "icmp has no ports";
            return false;
        }

        string ports = text[(slash + 1)..];
        int dash = ports.IndexOf('-', StringComparison.Ordinal);
        if (!TryPort(dash < 0 ? ports : ports[..dash], out ushort first) || !TryPort(dash < 0 ? ports : ports[(dash + 1)..], out ushort last) || first > last)
        {
            wrong = $"\"{ports}\" is neither a port from 1 to 65535 nor a range of them, such as 8000-8010";
            return false;
        }

        service = new EgressService(protocol, first, last);
        return true;
    }

    private static bool TryPort(string text, out ushort port) => ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port > 0;
}

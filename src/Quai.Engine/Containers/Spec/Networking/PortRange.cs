using System.Globalization;
using Quai.Errors;

namespace Quai.Engine.Containers.Spec.Networking;

/// <summary>Ports of one protocol, such as <c>80/tcp</c> or <c>8000-8010/udp</c>.</summary>
/// <param name="Start">The first.</param>
/// <param name="End">The last.</param>
/// <param name="Protocol"><c>tcp</c>, <c>udp</c> or <c>sctp</c>.</param>
public readonly record struct PortRange(ushort Start, ushort End, string Protocol)
{
    /// <summary>Parses <c>port[-end][/protocol]</c>; without a protocol it is TCP.</summary>
    /// <exception cref="QuaiException">It is malformed.</exception>
    public static PortRange Parse(string text)
    {
        int slash = text.IndexOf('/', StringComparison.Ordinal);
        string protocol = slash < 0 ? "tcp" : text[(slash + 1)..].ToLowerInvariant();
        return protocol is "tcp" or "udp" or "sctp" && TryRange(slash < 0 ? text : text[..slash]) is { } range
            ? new PortRange(range.Start, range.End, protocol)
            : throw QuaiException.Invalid($"invalid port specification: \"{text}\"");
    }

    /// <summary>Parses <c>port[-end]</c>; null if it is malformed.</summary>
    public static (ushort Start, ushort End)? TryRange(string text)
    {
        int dash = text.IndexOf('-', StringComparison.Ordinal);
        return ushort.TryParse(dash < 0 ? text : text[..dash], NumberStyles.None, CultureInfo.InvariantCulture, out ushort start)
            && ushort.TryParse(dash < 0 ? text : text[(dash + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out ushort end) && start <= end
            ? (start, end)
            : null;
    }

    /// <summary>As written in configurations.</summary>
    public override string ToString() =>
        Start == End ? string.Create(CultureInfo.InvariantCulture, $"{Start}/{Protocol}") : string.Create(CultureInfo.InvariantCulture, $"{Start}-{End}/{Protocol}");
}

using System.Globalization;
using Quai.Dockerfiles;

namespace Quai.Frontend.Compilation.Settings;

/// <summary>Ports as EXPOSE has them: <c>80</c>, <c>53/udp</c>, <c>8000-8010</c>.</summary>
internal static class PortText
{
    /// <summary>Each port, as <c>80/tcp</c>.</summary>
    /// <exception cref="CompileException">It is malformed.</exception>
    public static IEnumerable<string> Read(string text, LineRange lines)
    {
        int slash = text.IndexOf('/');
        string protocol = slash < 0 ? "tcp" : text[(slash + 1)..].ToLowerInvariant();
        string ports = slash < 0 ? text : text[..slash];
        ports = ports[(ports.LastIndexOf(':') + 1)..];
        if (ports.Length == 0)
        {
            throw new CompileException($"no port specified: {text}<empty>", lines);
        }

        int dash = ports.IndexOf('-');
        if (!Number(dash < 0 ? ports : ports[..dash], out int first) || !Number(dash < 0 ? ports : ports[(dash + 1)..], out int last) || last < first)
        {
            throw new CompileException($"invalid containerPort: {ports}", lines);
        }

        return protocol is "tcp" or "udp" or "sctp" ? Enumerable.Range(first, last - first + 1).Select(p => $"{p.ToString(CultureInfo.InvariantCulture)}/{protocol}")
            : throw new CompileException($"invalid proto: {protocol}", lines);
    }

    private static bool Number(string text, out int port) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port <= ushort.MaxValue;
}

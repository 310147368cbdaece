using System.Globalization;
using Quai.Dockerfiles;
using Quai.Errors;
using Quai.Frontend.Checks;

namespace Quai.Frontend.Steps;

/// <summary>Reads ports of EXPOSE: <c>80</c>, <c>53/udp</c>, <c>8000-8010/tcp</c>.</summary>
internal static class PortReader
{
    /// <summary>The ports of one word.</summary>
    /// <exception cref="QuaiException">It is none.</exception>
    public static IEnumerable<string> Read(StageCompiler stage, string text, LineRange lines)
    {
        int slash = text.LastIndexOf('/');
        string protocol = slash < 0 ? "tcp" : text[(slash + 1)..], rest = slash < 0 ? text : text[..slash];
        string lower = protocol.ToLowerInvariant();
        if (lower is not ("tcp" or "udp" or "sctp"))
        {
            throw QuaiException.Invalid($"invalid port: \"{text}\": invalid proto: {protocol}");
        }

        if (lower != protocol)
        {
            stage.Compilation.Checks.Find(CheckRules.ExposeProtoCasing, lines, $"Defined protocol '{text}' in EXPOSE instruction should be lowercase");
        }

        int colon = rest.LastIndexOf(':');
        if (colon >= 0)
        {
            stage.Compilation.Checks.Find(CheckRules.ExposeInvalidFormat, lines, $"EXPOSE instruction should not define an IP address or host-port mapping, found '{text}'");
            rest = rest[(colon + 1)..];
        }

        int dash = rest.IndexOf('-');
        return Number(dash < 0 ? rest : rest[..dash]) is { } first && Number(dash < 0 ? rest : rest[(dash + 1)..]) is { } last && first <= last
            ? Enumerable.Range(first, last - first + 1).Select(p => $"{p}/{lower}")
            : throw QuaiException.Invalid(rest.Length == 0 ? "no port specified: " + text : "invalid containerPort: " + rest);
    }

    private static int? Number(string text) => ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ushort number) ? number : null;
}

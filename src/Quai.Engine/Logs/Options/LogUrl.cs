using System.Globalization;
using Quai.Errors;

namespace Quai.Engine.Logs.Options;

/// <summary>An address of a log's server, <c>scheme://host:port/path</c>, as Go reads it and in its words.</summary>
/// <param name="Scheme">The network; empty if there is none.</param>
/// <param name="Host">A name or an address, without brackets.</param>
/// <param name="Port">Digits, or empty.</param>
/// <param name="Path">From the first slash after the host on.</param>
internal sealed record LogUrl(string Scheme, string Host, string Port, string Path)
{
    /// <summary>Whether there is a colon and a port behind the host.</summary>
    public bool HasPort => Port.Length > 0;

    /// <summary>Host and port as Go writes them.</summary>
    public string Authority(string port) => (Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host) + ":" + port;

    /// <summary>Reads one.</summary>
    /// <exception cref="QuaiException">It is malformed.</exception>
    public static LogUrl Parse(string text)
    {
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        if (text.Any(char.IsControl))
        {
            throw Fault("net/url: invalid control character in URL");
        }

        if (colon == 0)
        {
            throw Fault("missing protocol scheme");
        }

        bool scheme = colon > 0 && char.IsAsciiLetter(text[0]) && text[..colon].All(c => char.IsAsciiLetterOrDigit(c) || c is '+' or '-' or '.');
        if (!scheme)
        {
            return colon > 0 && text.IndexOf('/', StringComparison.Ordinal) is var slash && (slash < 0 || slash > colon)
                ? throw Fault("first path segment in URL cannot contain colon")
                : new LogUrl("", "", "", text);
        }

        string rest = text[(colon + 1)..];
        if (!rest.StartsWith("//", StringComparison.Ordinal))
        {
            return new LogUrl(text[..colon].ToLowerInvariant(), "", "", rest);
        }

        rest = rest[2..];
        int path = rest.IndexOfAny(['/', '?', '#']);
        string authority = path < 0 ? rest : rest[..path];
        authority = authority[(authority.LastIndexOf('@') + 1)..];
        (string host, string port) = Split(authority);
        return new LogUrl(text[..colon].ToLowerInvariant(), host, port, path < 0 ? "" : rest[path..]);

        (string Host, string Port) Split(string authority)
        {
            string behind;
            string host;
            if (authority.StartsWith('['))
            {
                int end = authority.LastIndexOf(']');
                if (end < 0)
                {
                    throw Fault("missing ']' in host");
                }

                host = authority[1..end];
                behind = authority[(end + 1)..];
            }
            else
            {
                int at = authority.IndexOf(':', StringComparison.Ordinal);
                int last = authority.LastIndexOf(':');
                host = at < 0 ? authority : authority[..at];
                behind = last < 0 ? "" : authority[last..];
                if (at != last)
                {
                    behind = authority[last..];
                }
            }

            return behind.Length > 0 && (behind[0] != ':' || !behind[1..].All(char.IsAsciiDigit))
                ? throw Fault($"invalid port \"{behind}\" after host")
                : (host, behind.Length > 0 ? behind[1..] : "");
        }

        QuaiException Fault(string what) => QuaiException.Invalid($"parse \"{text}\": {what}");
    }

    /// <summary>The port as a number, 0 to 65535.</summary>
    public static bool TryPort(string text, out ushort port) => ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port);
}

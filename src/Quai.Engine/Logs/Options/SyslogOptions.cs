using Quai.Errors;
using Quai.Plans.Logging;

namespace Quai.Engine.Logs.Options;

/// <summary>What a container's syslog log is to be.</summary>
/// <param name="Address">Where the server is; null for the machine's own.</param>
/// <param name="Facility">The facility's number.</param>
/// <param name="Format">How messages are written.</param>
/// <param name="Tls">What certificates are used with <c>tcp+tls</c>.</param>
internal sealed record SyslogOptions(LogUrl? Address, int Facility, SyslogFormat Format, LogTls Tls)
{
    private const string SecureScheme = "tcp+tls", DefaultPort = "514";
    private const int Daemon = 3;

    private static readonly string[] s_facilities =
        ["kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv", "ftp", "", "", "", "", "local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7"];

    /// <summary>The options' names.</summary>
    public static IReadOnlyList<string> Names { get; } =
        ["syslog-address", "syslog-facility", "syslog-tls-ca-cert", "syslog-tls-cert", "syslog-tls-key", "syslog-tls-skip-verify", "syslog-format"];

    /// <summary>Whether the connection is encrypted.</summary>
    public bool IsSecure => Address?.Scheme == SecureScheme;

    /// <summary>Reads them.</summary>
    /// <exception cref="QuaiException">A value is malformed, or the server's socket does not exist.</exception>
    public static SyslogOptions Parse(IReadOnlyDictionary<string, string> options)
    {
        LogUrl? address = ParseAddress(options.GetValueOrDefault("syslog-address") ?? "");
        int facility = ParseFacility(options.GetValueOrDefault("syslog-facility") ?? "");
        SyslogFormat format = (options.GetValueOrDefault("syslog-format") ?? "") switch
        {
            "" => SyslogFormat.Local,
            "rfc3164" => SyslogFormat.Rfc3164,
            "rfc5424" => SyslogFormat.Rfc5424,
            "rfc5424micro" => SyslogFormat.Rfc5424Micro,
            _ => throw QuaiException.Invalid("Invalid syslog format"),
        };
        bool counted = address?.Scheme == SecureScheme && format is SyslogFormat.Rfc5424 or SyslogFormat.Rfc5424Micro;
        return new SyslogOptions(address, facility, counted ? format | SyslogFormat.Counted : format, new LogTls(
            options.GetValueOrDefault("syslog-tls-ca-cert") ?? "", options.GetValueOrDefault("syslog-tls-cert") ?? "", options.GetValueOrDefault("syslog-tls-key") ?? "",
            !options.ContainsKey("syslog-tls-skip-verify")));
    }

    private static LogUrl? ParseAddress(string text)
    {
        if (text.Length == 0)
        {
            return null;
        }

        LogUrl url = LogUrl.Parse(text);
        if (url.Scheme is "unix" or "unixgram")
        {
            return Path.Exists(url.Path) ? url : throw QuaiException.Invalid($"stat {url.Path}: no such file or directory");
        }

        return url.Scheme is not ("udp" or "tcp" or SecureScheme)
            ? throw QuaiException.Invalid($"unsupported scheme: '{url.Scheme}'")
            : url.HasPort ? url : url with { Port = DefaultPort };
    }

    private static int ParseFacility(string text)
    {
        int named = text.Length == 0 ? Daemon : Array.IndexOf(s_facilities, text);
        return named >= 0 ? named
            : int.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out int number) && number is >= 0 and <= 23 ? number
            : throw QuaiException.Invalid("invalid syslog facility");
    }
}

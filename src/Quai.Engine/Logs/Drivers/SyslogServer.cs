using System.Net;
using System.Text;
using Quai.Engine.Logs.Options;
using Quai.Engine.Logs.Relaying;
using Quai.Plans.Logging;
using Quai.Runtime.Logging;

namespace Quai.Engine.Logs.Drivers;

/// <summary>Logs to syslog. While the server is away, lines wait in a buffer; what does not fit there is lost, as with Docker.</summary>
internal static class SyslogServer
{
    private const int FacilityShift = 3;
    private static readonly string[] s_sockets = ["/dev/log", "/var/run/syslog", "/var/run/log"];

    /// <summary>What the shim is to know of it.</summary>
    public static async Task<LogServer> BuildAsync(LogSubject subject, SyslogOptions options, IReadOnlyList<string> relay, CancellationToken cancellation)
    {
        string tag = subject.Tag("{{.ID}}");
        SyslogFormat format = options.Format & ~SyslogFormat.Counted;
        (string first, string second) = format switch
        {
            SyslogFormat.Local => ($" {tag}[", "]: "),
            SyslogFormat.Rfc3164 => ($" {Environment.MachineName} {tag}[", "]: "),
            _ => ($" {Environment.MachineName} {tag} ", $" {tag} - "),
        };
        LogServer server = new()
        {
            Target = LogTarget.Syslog,
            Network = LogNetwork.UnixDatagram,
            Variant = (int)options.Format,
            Level = options.Facility << FacilityShift,
            First = Encoding.UTF8.GetBytes(first),
            Second = Encoding.UTF8.GetBytes(second),
            Offsets = LocalTime.Offsets(TimeZoneInfo.Local, DateTimeOffset.UtcNow),
            Drops = LogDropping.WhenAway,
            ConnectsFirst = true,
        };
        switch (options.Address)
        {
            case null:
                // Whichever of the usual ones takes it.
                return server with
                {
                    Addresses = [.. new[] { false, true }.SelectMany(stream => s_sockets.Select(path => ServerAddresses.Flat(path, stream)))],
                    Failure = "Unix syslog delivery error",
                };
            case { Scheme: "unix" or "unixgram" } url:
                bool stream = url.Scheme == "unix";
                return server with
                {
                    Network = stream ? LogNetwork.Unix : LogNetwork.UnixDatagram,
                    Addresses = [ServerAddresses.Flat(url.Path, stream)],
                    Failure = $"dial {url.Scheme} {url.Path}: connect",
                };
            case { } url when options.IsSecure:
                return server with { Network = LogNetwork.Relay, Relay = await LogRelay.PrepareAsync(relay, url, options.Tls, cancellation).ConfigureAwait(false), Failure = $"dial tcp {url.Authority(url.Port)}: connect" };
            case { } url:
                IReadOnlyList<IPEndPoint> addresses = await ServerAddresses.ResolveAsync(url, url.Scheme, cancellation).ConfigureAwait(false);
                bool tcp = url.Scheme == "tcp";
                return server with
                {
                    Network = tcp ? LogNetwork.Tcp : LogNetwork.Udp,
                    Addresses = [.. addresses.Select(a => ServerAddresses.Flat(a, tcp))],
                    Failure = $"dial {url.Scheme} {ServerAddresses.Text(addresses[^1])}: connect",
                };
        }
    }
}

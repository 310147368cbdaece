using Quai.Daemon.Hosting;
using Quai.Errors;

namespace Quai.Daemon.Configuration;

/// <summary>
/// Who is let in at the API's TCP addresses, by dockerd's rules: <c>--tlsverify</c>, given at all, turns TLS on, and TLS verifies clients unless <c>--tlsverify=false</c>.
/// Whoever is let in is root on the machine, so an address that others can reach is open to everybody only by an express word.
/// </summary>
internal static class ApiAccess
{
    /// <summary>The certificate and whom it lets in; null without TLS.</summary>
    public static TlsSettings? ReadTls(Settings settings)
    {
        bool tls = settings.Switch("tls", false);
        bool verify = settings.Switch("tlsverify", tls);
        if (!tls && settings.Text("tlsverify") is null)
        {
            return null;
        }

        string folder = Environment.GetEnvironmentVariable("DOCKER_CERT_PATH") ?? Path.Combine(Environment.GetEnvironmentVariable("HOME") ?? "/root", ".docker");
        return new TlsSettings(
            settings.Text("tlscert") ?? Path.Combine(folder, "cert.pem"),
            settings.Text("tlskey") ?? Path.Combine(folder, "key.pem"),
            verify ? settings.Text("tlscacert") ?? Path.Combine(folder, "ca.pem") : null);
    }

    /// <summary>Refuses an address that others can reach and where nobody is asked who they are, unless that was said: <c>--tls=false</c> or <c>--tlsverify=false</c>.</summary>
    /// <exception cref="QuaiException">Such an address.</exception>
    public static void Check(Settings settings, IEnumerable<HostAddress> hosts, TlsSettings? tls)
    {
        if (tls?.ClientAuthorityPath is not null || settings.Text("tlsverify") is not null || settings.Text("tls") is not null)
        {
            return;
        }

        if (hosts.FirstOrDefault(h => !h.IsLocal) is { } open)
        {
            throw QuaiException.Invalid(
                $"cannot listen at tcp://{open}: without --tlsverify everybody who reaches that address is root on this machine; use --tlsverify with certificates, or say --tls=false if that is what you want");
        }
    }
}

using Quai.Daemon.Hosting;
using Quai.Errors;

namespace Quai.Daemon.Configuration;

/// <summary>
/// Who may connect to the API's TCP addresses, by dockerd's rules: <c>--tlsverify</c>, if given at all, turns TLS on, and TLS verifies clients unless <c>--tlsverify=false</c>.
/// Anyone who may connect is root on the machine, so a publicly reachable address is open to everybody only if that was requested explicitly.
/// </summary>
internal static class ApiAccess
{
    /// <summary>The certificate and the clients it accepts; null without TLS.</summary>
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

    /// <summary>Refuses a publicly reachable address without authentication, unless that was requested: <c>--tls=false</c> or <c>--tlsverify=false</c>.</summary>
    /// <exception cref="QuaiException">There is such an address.</exception>
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

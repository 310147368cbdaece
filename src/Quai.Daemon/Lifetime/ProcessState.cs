using Quai.Api.Containers;
using Quai.Daemon.Configuration;
using Quai.Linux.Processes;

namespace Quai.Daemon.Lifetime;

/// <summary>What the daemon gives up of its initial state, so that neither its files nor its children nor a dump of it reveal anything to others.</summary>
internal static class ProcessState
{
    private const uint OwnerOnly = 0x3f;

    /// <summary>Variables that are not secret and are still needed: by the C library, .NET, TLS, SQLite, the service manager, a reload of the configuration.</summary>
    private static readonly string[] s_kept =
        ["PATH", "HOME", "LANG", "LC_", "TZ", "TMPDIR", "SQLITE_TMPDIR", "DOTNET_", "SSL_CERT_", "NOTIFY_SOCKET", "DOCKER_CERT_PATH", "QUAI_SHIM", Rootless.InnerDaemon.Variable];

    /// <summary>Must be the first thing that the program does.</summary>
    /// <returns>The core file limit that it was started with; its containers get it, as Docker's get their daemon's.</returns>
    public static Ulimit Protect()
    {
        SelfProtection.SetUmask(OwnerOnly);
        SelfProtection.ForbidDumps();
        // A build that is not compiled ahead of time, as developers run it, generates code as it runs; it has its assemblies beside it.
        if (!File.Exists(Path.Combine(AppContext.BaseDirectory, "quaid.dll")))
        {
            SelfProtection.ForbidNewCode();
        }

        (ulong soft, ulong hard) = SelfProtection.ForbidCoreFiles();
        return new Ulimit { Name = "core", Hard = (long)hard, Soft = (long)soft };
    }

    /// <summary>Once the configuration is read: what it took from arguments and environment must not be visible there, nor be passed on.</summary>
    public static void ForgetSecrets(ProxySettings proxies)
    {
        foreach (string name in Environment.GetEnvironmentVariables().Keys.Cast<string>())
        {
            if (!Array.Exists(s_kept, kept => name == kept || (kept.EndsWith('_') && name.StartsWith(kept, StringComparison.Ordinal))))
            {
                Environment.SetEnvironmentVariable(name, null);
            }
        }

        SelfProtection.Hide(proxies.Secrets);
    }
}

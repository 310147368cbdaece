using Quai.Api.System;
using Quai.Daemon.Configuration;
using Quai.Daemon.Http;

namespace Quai.Daemon.About;

/// <summary><c>GET /info</c>: the engine's information, and the daemon's own.</summary>
internal static class InfoRoutes
{
    /// <summary>Adds the route.</summary>
    public static void Map(Router router, Backend backend) =>
        router.Add("GET", "/info", call =>
        {
            SystemInfo info = backend.Info();
            DaemonConfiguration configuration = backend.Configuration();
            info.Debug = configuration.Debug;
            info.ExperimentalBuild = configuration.IsExperimental;
            info.CDISpecDirs = [.. configuration.Engine.CdiFolders];
            info.Labels = [.. configuration.Engine.Labels];
            info.RegistryConfig = Registries(configuration);
            info.HttpProxy = configuration.Proxies.Http.Shown;
            info.HttpsProxy = configuration.Proxies.Https.Shown;
            info.NoProxy = configuration.Proxies.None;
            info.Plugins.Volume = [.. backend.Volumes.Drivers];
            ShapeFor(info, call.Version);
            if (configuration.Engine.NoNewPrivileges)
            {
                info.SecurityOptions.Add("name=no-new-privileges");
            }

            return call.Answer(info, Json.Types.SystemInfo);
        });

    /// <summary>Members that only some versions have.</summary>
    private static void ShapeFor(SystemInfo info, ApiVersion version)
    {
        if (version.AtLeast(49))
        {
            info.FirewallBackend = new FirewallInfo { Driver = "nftables" };
        }

        if (!version.AtLeast(50))
        {
            // Bridged traffic is not passed through other programs' rules.
            (info.BridgeNfIptables, info.BridgeNfIp6tables) = (false, false);
        }

        if (!version.AtLeast(42))
        {
            info.KernelMemory = false;
        }
    }

    private static RegistryConfig Registries(DaemonConfiguration configuration)
    {
        var registries = new RegistryConfig
        {
            InsecureRegistryCIDRs = [.. configuration.InsecureRegistries.Where(r => r.Contains('/')).Prepend("::1/128").Prepend("127.0.0.0/8").Distinct()],
            Mirrors = [.. configuration.RegistryMirrors],
            IndexConfigs = new() { ["docker.io"] = new IndexInfo { Name = "docker.io", Mirrors = [.. configuration.RegistryMirrors], Secure = true, Official = true } },
        };
        foreach (string registry in configuration.InsecureRegistries.Where(r => !r.Contains('/')))
        {
            registries.IndexConfigs[registry] = new IndexInfo { Name = registry };
        }

        return registries;
    }
}

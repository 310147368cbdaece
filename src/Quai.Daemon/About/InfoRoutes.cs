using Quai.Api.System;
using Quai.Daemon.Configuration;
using Quai.Daemon.Http;

namespace Quai.Daemon.About;

/// <summary><c>GET /info</c>: what the engine tells, and what is the daemon's own.</summary>
internal static class InfoRoutes
{
    /// <summary>Adds the route.</summary>
    public static void Map(Router router, Backend backend) =>
        router.Add("GET", "/info", call =>
        {
            SystemInfo info = backend.Info();
            DaemonConfiguration configuration = backend.Configuration();
            info.Debug = configuration.Debug;
            info.Labels = [.. configuration.Engine.Labels];
            info.RegistryConfig = Registries(configuration);
            info.HttpProxy = Proxy("HTTP_PROXY");
            info.HttpsProxy = Proxy("HTTPS_PROXY");
            info.NoProxy = Proxy("NO_PROXY");
            if (configuration.Engine.NoNewPrivileges)
            {
                info.SecurityOptions.Add("name=no-new-privileges");
            }

            return call.Answer(info, Json.Types.SystemInfo);
        });

    private static string Proxy(string variable) => Environment.GetEnvironmentVariable(variable) ?? Environment.GetEnvironmentVariable(variable.ToLowerInvariant()) ?? "";

    private static RegistryConfig Registries(DaemonConfiguration configuration)
    {
        var registries = new RegistryConfig
        {
            InsecureRegistryCIDRs = ["127.0.0.0/8", .. configuration.InsecureRegistries.Where(r => r.Contains('/'))],
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

using System.Globalization;
using System.Runtime.InteropServices;
using Quai.Api.System;
using Quai.Daemon.Http;

namespace Quai.Daemon.System;

/// <summary><c>GET /version</c>.</summary>
internal static class VersionRoutes
{
    /// <summary>Adds the route.</summary>
    public static void Map(Router router)
    {
        SystemVersion version = Describe();
        router.Add("GET", "/version", call => call.Answer(version, Json.Types.SystemVersion));
    }

    private static SystemVersion Describe()
    {
        string kernel = HostFacts.KernelVersion, architecture = HostFacts.GoArchitecture, api = ApiVersion.Newest.ToString(), oldest = ApiVersion.Oldest.ToString();
        string built = File.GetLastWriteTimeUtc(Environment.ProcessPath!).ToString("yyyy-MM-dd'T'HH:mm:ss.000000000+00:00", CultureInfo.InvariantCulture);
        return new SystemVersion
        {
            Platform = new VersionPlatform { Name = "Quai" },
            Components =
            [
                new VersionComponent
                {
                    Name = "Engine",
                    Version = Product.Version,
                    Details = new()
                    {
                        ["ApiVersion"] = api,
                        ["Arch"] = architecture,
                        ["BuildTime"] = built,
                        ["Experimental"] = "false",
                        ["GitCommit"] = "",
                        ["GoVersion"] = RuntimeInformation.FrameworkDescription,
                        ["KernelVersion"] = kernel,
                        ["MinAPIVersion"] = oldest,
                        ["Os"] = "linux",
                    },
                },
            ],
            Version = Product.Version,
            ApiVersion = api,
            MinAPIVersion = oldest,
            GoVersion = RuntimeInformation.FrameworkDescription,
            Arch = architecture,
            KernelVersion = kernel,
            BuildTime = built,
        };
    }
}

using System.Globalization;
using Quai.Api.System;
using Quai.Daemon.Http;
using Quai.Engine.Host;

namespace Quai.Daemon.About;

/// <summary><c>GET /version</c>.</summary>
internal static class VersionRoutes
{
    /// <summary>Adds the route.</summary>
    public static void Map(Router router, Backend backend)
    {
        SystemVersion version = SystemService.VersionOf(ApiVersion.Newest.ToString(), ApiVersion.Oldest.ToString());
        if (Environment.ProcessPath is { } program)
        {
            version.BuildTime = File.GetLastWriteTimeUtc(program).ToString("yyyy-MM-dd'T'HH:mm:ss.000000000+00:00", CultureInfo.InvariantCulture);
            version.Components[0].Details["BuildTime"] = version.BuildTime;
        }

        version.Components[0].Details["Experimental"] = backend.Configuration().IsExperimental ? "true" : "false";
        router.Add("GET", "/version", call => call.Answer(version, Json.Types.SystemVersion));
    }
}

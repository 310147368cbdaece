using Microsoft.AspNetCore.Http;
using Quai.Daemon.Http;
using Quai.Engine.Host;
using Quai.Engine.Volumes;
using Quai.Errors;
using Quai.Volumes;

namespace Quai.Daemon.Volumes;

/// <summary>Volumes' content: packed, unpacked, copied. Quai's own routes.</summary>
internal static class VolumeContentRoutes
{
    /// <summary>Adds the routes.</summary>
    public static void Map(Router router, Backend backend)
    {
        var archives = new VolumeArchives(backend.Volumes);
        router
            .Add("GET", "/quai/volumes/archive", call => archives.ExportAsync(
                Name(call),
                async () =>
                {
                    await call.StartStream("application/x-tar");
                    return call.Http.Response.Body;
                },
                call.Gone))
            .Add("PUT", "/quai/volumes/archive", async call =>
            {
                await archives.ImportAsync(Name(call), call.Http.Request.Body, call.Gone);
                await call.Answer(StatusCodes.Status200OK);
            })
            .Add("POST", "/quai/volumes/clone", async call =>
            {
                string name = call.TextOrNull("target") ?? throw QuaiException.Invalid("no target is given");
                await Answer(call, await backend.Volumes.CopyAsync(Name(call), name, snapshot: false, call.Gone));
            })
            .Add("POST", "/quai/volumes/snapshot", async call =>
                await Answer(call, await backend.Volumes.CopyAsync(Name(call), call.TextOrNull("target"), snapshot: true, call.Gone)));
    }

    private static Task Answer(ApiCall call, Volume made) => call.Answer(SystemService.ToApi(made), Json.Types.VolumeInspect, StatusCodes.Status201Created);

    private static string Name(ApiCall call) => call.TextOrNull("name") ?? throw QuaiException.Invalid("no name is given");
}

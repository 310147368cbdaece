using Microsoft.AspNetCore.Http;
using Quai.Api.Volumes;
using Quai.Daemon.Http;
using Quai.Engine.Host;
using Quai.Errors;
using Quai.Volumes;
using Labels = Quai.Daemon.Http.Labels;

namespace Quai.Daemon.Volumes;

/// <summary>Volumes: list, create, inspect, delete, prune.</summary>
internal static class VolumeRoutes
{
    private static readonly HashSet<string> ListFilters = ["dangling", "driver", "label", "name"];
    private static readonly HashSet<string> PruneFilters = ["all", "label", "label!"];

    /// <summary>Adds the routes.</summary>
    public static void Map(Router router, Backend backend)
    {
        VolumeStore volumes = backend.Volumes;
        router
            .Add("GET", "/volumes", call =>
            {
                IReadOnlyDictionary<string, IReadOnlyList<string>> filters = call.Filters(ListFilters);
                List<VolumeInspect> list = [.. volumes.List().Where(v => Matches(v, volumes, filters)).Select(v => SystemService.ToApi(v))];
                return call.Answer(new VolumeListResponse(list, null), Json.Types.VolumeListResponse);
            })
            .Add("POST", "/volumes/create", async call =>
            {
                VolumeCreateRequest request = await call.ReadDocument(Json.Types.VolumeCreateRequest) ?? new();
                Volume volume = await volumes.CreateAsync(new VolumeRequest(request.Name, request.Driver, request.DriverOpts, request.Labels), call.Gone);
                await call.Answer(SystemService.ToApi(volume), Json.Types.VolumeInspect, StatusCodes.Status201Created);
            })
            .Add("POST", "/volumes/prune", async call =>
            {
                IReadOnlyDictionary<string, IReadOnlyList<string>> filters = call.Filters(PruneFilters);
                // Before 1.42 prune took named volumes too.
                bool all = !call.Version.AtLeast(42) || (filters.TryGetValue("all", out IReadOnlyList<string>? values) && values.Any(v => v is "true" or "1"));
                (IReadOnlyList<string> names, long bytes) = await volumes.PruneAsync(all, v => Labels.Pass(v.Labels, filters), call.Gone);
                await call.Answer(new VolumesPruneResponse([.. names], bytes), Json.Types.VolumesPruneResponse);
            })
            .Add("GET", "/volumes/{name}", call => call.Answer(SystemService.ToApi(volumes.Get(call.Name)), Json.Types.VolumeInspect))
            .Add("DELETE", "/volumes/{name}", async call =>
            {
                await volumes.RemoveAsync(call.Name, call.Flag("force"), call.Gone);
                await call.Answer(StatusCodes.Status204NoContent);
            });
    }

    private static bool Matches(Volume volume, VolumeStore volumes, IReadOnlyDictionary<string, IReadOnlyList<string>> filters)
    {
        bool Any(string name, Func<string, bool> holds) => !filters.TryGetValue(name, out IReadOnlyList<string>? values) || values.Count == 0 || values.Any(holds);
        return Any("driver", v => v == "local")
            && Any("name", v => volume.Name.Contains(v, StringComparison.Ordinal))
            && (!filters.TryGetValue("label", out IReadOnlyList<string>? labels) || labels.All(l => Labels.Matches(volume.Labels, l)))
            && Any("dangling", v => v switch
            {
                "true" or "1" => volumes.UsersOf(volume.Name).Count == 0,
                "false" or "0" => volumes.UsersOf(volume.Name).Count > 0,
                _ => throw QuaiException.Invalid($"invalid filter 'dangling=[{v}]'"),
            });
    }
}

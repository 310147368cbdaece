using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Quai.Api.Volumes;
using Quai.Daemon.Http;
using Quai.Daemon.Unsupported;
using Quai.Engine;
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
            .Add("GET", "/volumes", async call =>
            {
                IReadOnlyDictionary<string, IReadOnlyList<string>> filters = call.Filters(ListFilters);
                bool? dangling = filters.Switch("dangling");
                Func<string, bool> isNamed = filters.Names("name");
                (IReadOnlyList<Volume> all, IReadOnlyList<string> warnings) = await volumes.ListAllAsync();
                List<VolumeInspect> list = [.. all.Where(v => isNamed(v.Name) && Matches(v, volumes, filters, dangling)).Select(v => SystemService.ToApi(v))];
                await call.Answer(new VolumeListResponse(list, warnings.Count == 0 ? null : [.. warnings]), Json.Types.VolumeListResponse);
            })
            .Add("POST", "/volumes/create", async call =>
            {
                VolumeCreateRequest request = await call.ReadDocument(Json.Types.VolumeCreateRequest) ?? new();
                if (request.ClusterVolumeSpec is not null)
                {
                    throw new QuaiException(ErrorKind.Unavailable, UnsupportedRoutes.NotManager);
                }

                Volume volume = await volumes.CreateAsync(new VolumeRequest(request.Name, request.Driver, request.DriverOpts, request.Labels), ApiCall.ToTheEnd);
                await call.Answer(SystemService.ToApi(volume), Json.Types.VolumeInspect, StatusCodes.Status201Created);
            })
            .Add("POST", "/volumes/prune", async call =>
            {
                IReadOnlyDictionary<string, IReadOnlyList<string>> filters = call.Filters(PruneFilters);
                // Before 1.42 prune removed named volumes too.
                bool all = !call.Version.AtLeast(42) || (filters.TryGetValue("all", out IReadOnlyList<string>? values) && AsksForAll(values));
                (IReadOnlyList<string> names, long bytes) = await volumes.PruneAsync(all, v => Labels.Pass(v.Labels, filters), call.Gone);
                await call.Answer(new VolumesPruneResponse([.. names], bytes), Json.Types.VolumesPruneResponse);
            })
            .Add("PUT", "/volumes/{name}", _ => throw new QuaiException(ErrorKind.Unavailable, "volume update only valid for cluster volumes, but swarm is unavailable"))
            .Add("GET", "/volumes/{name}", async call => await call.Answer(SystemService.ToApi(await volumes.InspectAsync(call.Name)), Json.Types.VolumeInspect))
            .Add("DELETE", "/volumes/{name}", async call =>
            {
                await volumes.RemoveAsync(call.Name, call.Flag("force"), ApiCall.ToTheEnd);
                await call.Answer(StatusCodes.Status204NoContent);
            });
    }

    private static bool AsksForAll(IReadOnlyList<string> values)
    {
        if (values.Count > 1)
        {
            throw QuaiException.Invalid($"invalid filter 'all=[{string.Join(' ', values)}]': only one value is expected");
        }

        foreach (string value in values)
        {
            if (value is not ("true" or "1" or "t" or "T" or "True" or "TRUE" or "false" or "0" or "f" or "F" or "False" or "FALSE"))
            {
                throw QuaiException.Invalid($"invalid filter 'all': strconv.ParseBool: parsing \"{value}\": invalid syntax");
            }
        }

        return values.Any(v => v is "true" or "1" or "t" or "T" or "True" or "TRUE");
    }

    private static bool Matches(Volume volume, VolumeStore volumes, IReadOnlyDictionary<string, IReadOnlyList<string>> filters, bool? dangling)
    {
        return filters.AnyOrNone("driver", v => v == volume.Driver)
            && filters.All("label", l => Labels.Matches(volume.Labels, l))
            && (dangling is not { } unused || unused == (volumes.UsersOf(volume.Name).Count == 0));
    }
}

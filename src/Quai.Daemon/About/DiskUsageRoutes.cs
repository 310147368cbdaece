using System.Text.Json;
using System.Text.Json.Nodes;
using Quai.Api.Containers;
using Quai.Api.Images;
using Quai.Api.System;
using Quai.Api.Volumes;
using Quai.Daemon.Http;
using Quai.Daemon.Images;
using Quai.Engine.Host;
using Quai.Errors;

namespace Quai.Daemon.About;

/// <summary><c>GET /system/df</c>: whole lists until 1.52, sums with lists on demand from 1.52.</summary>
internal static class DiskUsageRoutes
{
    private static readonly Dictionary<string, IReadOnlyList<string>> NoFilters = [];

    /// <summary>Adds the route.</summary>
    public static void Map(Router router, Backend backend) =>
        router.Add("GET", "/system/df", async call =>
        {
            IReadOnlyList<string> types = call.Version.AtLeast(42) ? call.All("type") : [];
            if (types.FirstOrDefault(t => t is not ("container" or "image" or "volume" or "build-cache")) is { } unknown)
            {
                throw QuaiException.Invalid($"unknown object type: {unknown}");
            }

            bool Wanted(string type) => types.Count == 0 || types.Contains(type);
            bool verbose = call.Flag("verbose");
            DiskUsage usage = await MeasureAsync(backend, call, Wanted);
            JsonObject document = call.Version.AtLeast(53) || (call.Version.AtLeast(52) && verbose)
                ? []
                : JsonSerializer.SerializeToNode(usage, Json.Types.DiskUsage)!.AsObject();
            foreach ((string member, string type) in (ReadOnlySpan<(string, string)>)[("Images", "image"), ("Containers", "container"), ("Volumes", "volume"), ("BuildCache", "build-cache")])
            {
                if (!Wanted(type) && document.ContainsKey(member))
                {
                    document[member] = null;
                }
            }

            if (call.Version.AtLeast(52))
            {
                AddSums(document, usage, Wanted, verbose);
            }

            await call.Answer(document, Json.Edited.JsonObject);
        });

    private static async Task<DiskUsage> MeasureAsync(Backend backend, ApiCall call, Func<string, bool> wanted)
    {
        var usage = new DiskUsage();
        if (wanted("container"))
        {
            usage.Containers = await backend.Containers.ListAsync(all: true, -1, size: true, NoFilters, call.Gone);
        }

        if (wanted("image"))
        {
            foreach (Quai.Images.Image image in backend.Images.List())
            {
                ImageSummary row = ImageList.Row(image, [.. image.RepoTags], digests: true, backend, call.Version);
                row.Containers = backend.Containers.UsersOfImage(image.Id).Count;
                row.SharedSize = 0;
                usage.Images.Add(row);
                usage.LayersSize += image.Size;
            }
        }

        if (wanted("volume"))
        {
            foreach (Quai.Volumes.Volume volume in backend.Volumes.List())
            {
                VolumeInspect row = SystemService.ToApi(volume, new VolumeUsage(backend.Volumes.UsersOf(volume.Name).Count, backend.Volumes.SizeOf(volume.Name)));
                usage.Volumes.Add(row);
            }
        }

        return usage;
    }

    private static void AddSums(JsonObject document, DiskUsage usage, Func<string, bool> wanted, bool verbose)
    {
        if (wanted("image"))
        {
            document["ImagesUsage"] = Sum(usage.Images, i => i.Containers > 0, i => i.Size, verbose ? JsonSerializer.SerializeToNode(usage.Images, Json.Types.ListImageSummary) : null);
        }

        if (wanted("container"))
        {
            document["ContainersUsage"] = Sum(
                usage.Containers, c => c.State is "running" or "paused" or "restarting", c => c.SizeRw ?? 0, verbose ? JsonSerializer.SerializeToNode(usage.Containers, Json.Types.ListContainerSummary) : null);
        }

        if (wanted("volume"))
        {
            document["VolumesUsage"] = Sum(
                usage.Volumes, v => v.UsageData!.RefCount > 0, v => v.UsageData!.Size, verbose ? JsonSerializer.SerializeToNode(new VolumeListResponse(usage.Volumes, null), Json.Types.VolumeListResponse)!["Volumes"]!.DeepClone() : null);
        }

        if (wanted("build-cache"))
        {
            document["BuildCacheUsage"] = Sum<string>([], _ => false, _ => 0, null);
        }
    }

    private static JsonObject Sum<T>(List<T> rows, Func<T, bool> active, Func<T, long> size, JsonNode? items)
    {
        var sum = new JsonObject
        {
            ["ActiveCount"] = rows.Count(active),
            ["TotalCount"] = rows.Count,
            ["Reclaimable"] = rows.Where(r => !active(r)).Sum(size),
            ["TotalSize"] = rows.Sum(size),
        };
        if (items is not null)
        {
            sum["Items"] = items;
        }

        return sum;
    }
}

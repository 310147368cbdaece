using System.Text.Json;
using System.Text.Json.Nodes;
using Quai.Api.Containers;
using Quai.Api.Images;
using Quai.Api.System;
using Quai.Api.Volumes;
using Quai.Daemon.Builds;
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
            (DiskUsage usage, long reclaimable) = await MeasureAsync(backend, call, Wanted);
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
                AddSums(document, usage, reclaimable, Wanted, verbose);
            }

            await call.Answer(document, Json.Edited.JsonObject);
        });

    // Images count the disk space that removing them frees: blocks, as du counts them. Containers and volumes count the bytes of their files, as in their own lists.
    private static async Task<(DiskUsage Usage, long ReclaimableImages)> MeasureAsync(Backend backend, ApiCall call, Func<string, bool> wanted)
    {
        var usage = new DiskUsage();
        long reclaimable = 0;
        if (wanted("container"))
        {
            usage.Containers = await backend.Containers.ListAsync(all: true, -1, size: true, NoFilters, call.Gone);
        }

        if (wanted("image"))
        {
            Quai.Images.ImageDiskUsage disk = await backend.Images.DiskUsageAsync(call.Gone);
            foreach (Quai.Images.Image image in backend.Images.List())
            {
                ImageSummary row = ImageList.Row(image, [.. image.RepoTags], [.. image.RepoDigests], backend, call.Version);
                row.Containers = backend.Containers.UsersOfImage(image.Id).Count;
                (row.Size, row.SharedSize) = disk.Images.GetValueOrDefault(image.Id);
                row.VirtualSize = row.VirtualSize is null ? null : row.Size;
                usage.Images.Add(row);
            }

            usage.LayersSize = disk.Total;
            reclaimable = disk.Total - disk.Needed([.. usage.Images.Where(i => i.Containers > 0).Select(i => i.Id)]);
        }

        if (wanted("volume"))
        {
            foreach (Quai.Volumes.Volume volume in backend.Volumes.List().Where(v => v.IsLocal))
            {
                VolumeInspect row = SystemService.ToApi(volume, new VolumeUsage(backend.Volumes.UsersOf(volume.Name).Count, backend.Volumes.SizeOf(volume.Name)));
                usage.Volumes.Add(row);
            }
        }

        if (wanted("build-cache") && backend.BuildCache is { } cache)
        {
            usage.BuildCache = await CacheRoutes.ListAsync(cache, call.Gone);
        }

        return (usage, reclaimable);
    }

    private static void AddSums(JsonObject document, DiskUsage usage, long reclaimableImages, Func<string, bool> wanted, bool verbose)
    {
        if (wanted("image"))
        {
            JsonNode? items = verbose ? JsonSerializer.SerializeToNode(usage.Images, Json.Types.ListImageSummary) : null;
            document["ImageUsage"] = Sum(usage.Images.Count(i => i.Containers > 0), usage.Images.Count, reclaimableImages, usage.LayersSize, items);
        }

        if (wanted("container"))
        {
            List<ContainerSummary> active = usage.Containers.FindAll(c => c.State is "running" or "paused" or "restarting");
            long total = usage.Containers.Sum(c => c.SizeRw ?? 0);
            JsonNode? items = verbose ? JsonSerializer.SerializeToNode(usage.Containers, Json.Types.ListContainerSummary) : null;
            document["ContainerUsage"] = Sum(active.Count, usage.Containers.Count, total - active.Sum(c => c.SizeRw ?? 0), total, items);
        }

        if (wanted("volume"))
        {
            List<VolumeInspect> active = usage.Volumes.FindAll(v => v.UsageData!.RefCount > 0);
            long total = usage.Volumes.Sum(v => v.UsageData!.Size);
            JsonNode? items = verbose ? JsonSerializer.SerializeToNode(new VolumeListResponse(usage.Volumes, null), Json.Types.VolumeListResponse)!["Volumes"]!.DeepClone() : null;
            document["VolumeUsage"] = Sum(active.Count, usage.Volumes.Count, total - active.Sum(v => v.UsageData!.Size), total, items);
        }

        if (wanted("build-cache"))
        {
            List<BuildCacheRecord> own = usage.BuildCache.FindAll(r => !r.Shared);
            JsonNode? items = verbose ? JsonSerializer.SerializeToNode(usage, Json.Types.DiskUsage)!["BuildCache"]!.DeepClone() : null;
            document["BuildCacheUsage"] = Sum(
                usage.BuildCache.Count(r => r.InUse), usage.BuildCache.Count, own.FindAll(r => !r.InUse).Sum(r => r.Size), own.Sum(r => r.Size), items);
        }
    }

    private static JsonObject Sum(int active, int count, long reclaimable, long total, JsonNode? items)
    {
        var sum = new JsonObject
        {
            ["ActiveCount"] = active,
            ["TotalCount"] = count,
            ["Reclaimable"] = reclaimable,
            ["TotalSize"] = total,
        };
        if (items is not null)
        {
            sum["Items"] = items;
        }

        return sum;
    }
}

using System.Text.Json.Nodes;
using Quai.BuildProtocol.Workers;

namespace Quai.BuildKit.Controls;

/// <summary>The builder as clients are told of it.</summary>
internal static class WorkerMessages
{
    private const string Label = "org.mobyproject.buildkit.worker.";

    // That what images have too stays is what not to ask for all of it means.
    private const string Unshared = ",private";

    /// <summary>The builder's record.</summary>
    public static WorkerRecord Of(WorkerIdentity worker)
    {
        var record = new WorkerRecord { ID = worker.Id, BuildkitVersion = Version(worker) };
        record.Labels.Add(Label + "executor", "oci");
        record.Labels.Add(Label + "hostname", Environment.MachineName);
        record.Labels.Add(Label + "network", "host");
        // Without this one, clients take it for a builder that can neither build for several platforms nor write archives nor export a cache.
        record.Labels.Add(Label + "snapshotter", "overlayfs");
        if (worker.HostGateway is { } gateway)
        {
            record.Labels.Add(Label + "moby.host-gateway-ip", gateway);
        }

        record.GCPolicy.Add(worker.Policies.Select(p => new GCPolicy
        {
            All = p.IncludesInternal,
            KeepDuration = p.KeepDuration.Ticks * TimeSpan.NanosecondsPerTick,
            Filters = { p.Filters.Select(f => f.EndsWith(Unshared, StringComparison.Ordinal) ? f[..^Unshared.Length] : f).Where(f => f != "private") },
            ReservedSpace = p.ReservedSpace,
            MaxUsedSpace = p.MaxUsedSpace,
            MinFreeSpace = p.MinFreeSpace,
        }));
        record.CDIDevices.Add(worker.Devices.List().Select(d => new CDIDevice { Name = d.FullName, AutoAllow = d.IsAllowedToBuilds, Annotations = { d.Annotations.ToDictionary() } }));
        record.Platforms.Add(worker.Platforms.Select(PlatformMessages.Of));
        return record;
    }

    /// <summary>The builder as frontends are told of it, which are programs: a list in JSON.</summary>
    public static string Json(WorkerIdentity worker)
    {
        IEnumerable<JsonNode> platforms = worker.Platforms.Select(p =>
        {
            var platform = new JsonObject { ["architecture"] = p.Architecture, ["os"] = p.Os };
            if (p.Variant is { } variant)
            {
                platform["variant"] = variant;
            }

            return platform;
        });
        IEnumerable<KeyValuePair<string, JsonNode?>> labels = Of(worker).Labels.Select(l => new KeyValuePair<string, JsonNode?>(l.Key, l.Value));
        return new JsonArray(new JsonObject { ["ID"] = worker.Id, ["Labels"] = new JsonObject(labels), ["Platforms"] = new JsonArray([.. platforms]) }).ToJsonString();
    }

    /// <summary>The builder's version.</summary>
    public static BuildkitVersion Version(WorkerIdentity worker) => new() { Package = "quai", Version = "v" + worker.Version };
}

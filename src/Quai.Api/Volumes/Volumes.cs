using System.Text.Json;
using System.Text.Json.Serialization;

namespace Quai.Api.Volumes;

#pragma warning disable CS1591 // members are named and defined by the Engine API's swagger

/// <summary>A volume (swagger: Volume).</summary>
public sealed class VolumeInspect
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? CreatedAt { get; set; }
    public string Driver { get; set; } = "local";
    public Dictionary<string, string>? Labels { get; set; }
    public string Mountpoint { get; set; } = "";
    public string Name { get; set; } = "";
    public Dictionary<string, string>? Options { get; set; }
    public string Scope { get; set; } = "local";

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Dictionary<string, JsonElement>? Status { get; set; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public VolumeUsage? UsageData { get; set; }
}

public sealed record VolumeUsage(long RefCount, long Size);

public sealed class VolumeCreateRequest
{
    public string? Name { get; set; }
    public string? Driver { get; set; }
    public Dictionary<string, string>? DriverOpts { get; set; }
    public Dictionary<string, string>? Labels { get; set; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Dictionary<string, JsonElement>? ClusterVolumeSpec { get; set; }
}

public sealed record VolumeListResponse(List<VolumeInspect> Volumes, List<string>? Warnings);

public sealed record VolumesPruneResponse(List<string> VolumesDeleted, long SpaceReclaimed);

namespace Quai.Api.System;

#pragma warning disable CS1591 // members are named and defined by the Engine API's swagger

/// <summary>One entry of the build cache in the answer to <c>GET /system/df</c> (swagger: BuildCache).</summary>
public sealed class BuildCacheRecord
{
    public string ID { get; set; } = "";
    public string Type { get; set; } = "";
    public string Description { get; set; } = "";
    public bool InUse { get; set; }
    public bool Shared { get; set; }
    public long Size { get; set; }
    public string CreatedAt { get; set; } = "";
    public string? LastUsedAt { get; set; }
    public long UsageCount { get; set; }
}

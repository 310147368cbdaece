using System.Text.Json.Serialization;

namespace Quai.Api.Images;

#pragma warning disable CS1591 // members are named and defined by the Engine API's swagger

/// <summary>What a push stored in a registry.</summary>
public sealed record PushAux(string Tag, string Digest, long Size);

/// <summary>What a build made.</summary>
/// <param name="Id">The image's id.</param>
public sealed record BuildAux([property: JsonPropertyName("ID")] string Id);

/// <summary>The answer to <c>GET /distribution/{name}/json</c> (swagger: DistributionInspect).</summary>
public sealed class DistributionInspect
{
    public DistributionDescriptor Descriptor { get; set; } = new();
    public List<DistributionPlatform> Platforms { get; set; } = [];
}

public sealed class DistributionDescriptor
{
    [JsonPropertyName("mediaType")] public string MediaType { get; set; } = "";
    [JsonPropertyName("digest")] public string Digest { get; set; } = "";
    [JsonPropertyName("size")] public long Size { get; set; }
}

public sealed class DistributionPlatform
{
    [JsonPropertyName("architecture")] public string Architecture { get; set; } = "";
    [JsonPropertyName("os")] public string Os { get; set; } = "";

    [JsonPropertyName("os.version")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? OsVersion { get; set; }

    [JsonPropertyName("variant")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Variant { get; set; }
}

/// <summary>One result of <c>GET /images/search</c>.</summary>
public sealed class ImageSearchItem
{
    [JsonPropertyName("star_count")] public int StarCount { get; set; }
    [JsonPropertyName("is_official")] public bool IsOfficial { get; set; }
    [JsonPropertyName("name")] public string Name { get; set; } = "";
    [JsonPropertyName("is_automated")] public bool IsAutomated { get; set; }
    [JsonPropertyName("description")] public string Description { get; set; } = "";
}

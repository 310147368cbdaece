using System.Text.Json.Serialization;

namespace Quai.Build.RemoteCaches;

/// <summary>A cache's configuration as BuildKit writes it (<c>application/vnd.buildkit.cacheconfig.v0</c>). What only Quai knows has a name of its own, which others pass over.</summary>
internal sealed record CacheDocument
{
    [JsonPropertyName("layers")]
    public List<LayerEntry>? Layers { get; init; }

    [JsonPropertyName("records")]
    public List<RecordEntry>? Records { get; init; }
}

/// <summary>A layer.</summary>
internal sealed record LayerEntry
{
    [JsonPropertyName("blob")]
    public string? Blob { get; init; }

    [JsonPropertyName("parent")]
    public int Parent { get; init; } = -1;

    [JsonPropertyName("annotations")]
    public LayerAnnotations? Annotations { get; init; }
}

/// <summary>What must be known of a layer's blob to fetch it.</summary>
internal sealed record LayerAnnotations
{
    [JsonPropertyName("mediaType")]
    public string? MediaType { get; init; }

    [JsonPropertyName("diffID")]
    public string? DiffId { get; init; }

    [JsonPropertyName("size")]
    public long Size { get; init; }

    [JsonPropertyName("createdAt")]
    public DateTimeOffset CreatedAt { get; init; }
}

/// <summary>A result.</summary>
internal sealed record RecordEntry
{
    [JsonPropertyName("digest")]
    public string? Digest { get; init; }

    [JsonPropertyName("results")]
    public List<ResultEntry>? Results { get; init; }

    [JsonPropertyName("quai")]
    public QuaiEntry? Quai { get; init; }
}

/// <summary>A tree of a result.</summary>
internal sealed record ResultEntry
{
    [JsonPropertyName("layer")]
    public int Layer { get; init; }

    [JsonPropertyName("createdAt")]
    public DateTimeOffset? CreatedAt { get; init; }
}

/// <summary>What only Quai knows: of a step, or what chosen files are.</summary>
internal sealed record QuaiEntry
{
    [JsonPropertyName("version")]
    public int Version { get; init; }

    [JsonPropertyName("identity")]
    public string? Identity { get; init; }

    [JsonPropertyName("name")]
    public string? Name { get; init; }

    [JsonPropertyName("kind")]
    public string? Kind { get; init; }

    [JsonPropertyName("outputs")]
    public List<int>? Outputs { get; init; }

    [JsonPropertyName("content")]
    public string? Content { get; init; }
}

/// <summary>How they are read and written.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(CacheDocument))]
[JsonSerializable(typeof(List<RecordEntry>))]
internal sealed partial class CacheJson : JsonSerializerContext;

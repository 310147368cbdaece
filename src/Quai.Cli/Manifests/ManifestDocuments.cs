using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Quai.Cli.Manifests;

/// <summary>A manifest list: an OCI index, or Docker's.</summary>
internal sealed record IndexDocument
{
    [JsonPropertyName("schemaVersion")]
    public int SchemaVersion { get; init; } = 2;

    [JsonPropertyName("mediaType")]
    public string? MediaType { get; init; }

    [JsonPropertyName("manifests")]
    public IReadOnlyList<IndexEntry>? Manifests { get; init; }

    [JsonPropertyName("annotations")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, string>? Annotations { get; init; }
}

/// <summary>An entry of a manifest list; its members are in the order in which Docker writes them.</summary>
internal sealed record IndexEntry
{
    [JsonPropertyName("mediaType")]
    public string? MediaType { get; init; }

    [JsonPropertyName("size")]
    public long Size { get; init; }

    [JsonPropertyName("digest")]
    public string? Digest { get; init; }

    [JsonPropertyName("platform")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Platform? Platform { get; init; }
}

/// <summary>The part of an image's manifest that says where its configuration is.</summary>
internal sealed record ManifestDocument
{
    [JsonPropertyName("config")]
    public IndexEntry? Config { get; init; }
}

/// <summary>What <c>manifest inspect --verbose</c> shows for a manifest.</summary>
internal sealed record VerboseManifest(
    string Ref, VerboseDescriptor Descriptor, byte[] Raw,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] JsonElement? OCIManifest,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] JsonElement? SchemaV2Manifest);

/// <summary>What points at a manifest, in <see cref="VerboseManifest"/>'s order.</summary>
internal sealed record VerboseDescriptor(
    [property: JsonPropertyName("mediaType")] string MediaType,
    [property: JsonPropertyName("digest")] string Digest,
    [property: JsonPropertyName("size")] long Size,
    [property: JsonPropertyName("platform")][property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Platform? Platform);

/// <summary>Source-generated JSON of manifest lists, in registries and while being assembled.</summary>
[JsonSerializable(typeof(IndexDocument))]
[JsonSerializable(typeof(ManifestDocument))]
[JsonSerializable(typeof(ListEntry))]
[JsonSerializable(typeof(VerboseManifest))]
[JsonSerializable(typeof(List<VerboseManifest>))]
internal sealed partial class ManifestJson : JsonSerializerContext
{
    /// <summary>Formatted as Docker formats manifest lists.</summary>
    public static ManifestJson Indented { get; } = new(new JsonSerializerOptions { WriteIndented = true, IndentSize = 3, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}

using System.Text.Json.Serialization;

namespace Quai.Oci.Images;

#pragma warning disable CS1591 // members are named and defined by the OCI image specification

/// <summary>Points at content: the OCI image specification's <c>descriptor.md</c>. The digest is text until it is checked.</summary>
public sealed record Descriptor
{
    [JsonPropertyName("mediaType")]
    public string? MediaType { get; init; }

    [JsonPropertyName("digest")]
    public string Digest { get; init; } = "";

    [JsonPropertyName("size")]
    public long Size { get; init; }

    [JsonPropertyName("urls")]
    public List<string>? Urls { get; init; }

    [JsonPropertyName("annotations")]
    public Dictionary<string, string>? Annotations { get; init; }

    [JsonPropertyName("platform")]
    public PlatformDescription? Platform { get; init; }

    [JsonPropertyName("artifactType")]
    public string? ArtifactType { get; init; }

    [JsonPropertyName("data")]
    public string? Data { get; init; }
}

/// <summary>The platform of an entry of an index.</summary>
public sealed record PlatformDescription
{
    [JsonPropertyName("architecture")]
    public string? Architecture { get; init; }

    [JsonPropertyName("os")]
    public string? Os { get; init; }

    [JsonPropertyName("os.version")]
    public string? OsVersion { get; init; }

    [JsonPropertyName("variant")]
    public string? Variant { get; init; }
}

/// <summary>One platform's manifest, OCI or Docker schema 2 (they differ in media types only).</summary>
public sealed record Manifest
{
    [JsonPropertyName("schemaVersion")]
    public int SchemaVersion { get; init; }

    [JsonPropertyName("mediaType")]
    public string? MediaType { get; init; }

    [JsonPropertyName("config")]
    public Descriptor? Config { get; init; }

    [JsonPropertyName("layers")]
    public List<Descriptor>? Layers { get; init; }

    [JsonPropertyName("artifactType")]
    public string? ArtifactType { get; init; }

    [JsonPropertyName("subject")]
    public Descriptor? Subject { get; init; }

    [JsonPropertyName("annotations")]
    public Dictionary<string, string>? Annotations { get; init; }
}

/// <summary>An OCI index or Docker manifest list.</summary>
public sealed record ImageIndex
{
    [JsonPropertyName("schemaVersion")]
    public int SchemaVersion { get; init; }

    [JsonPropertyName("mediaType")]
    public string? MediaType { get; init; }

    [JsonPropertyName("manifests")]
    public List<Descriptor>? Manifests { get; init; }

    [JsonPropertyName("annotations")]
    public Dictionary<string, string>? Annotations { get; init; }
}

/// <summary>One image of a docker-archive's <c>manifest.json</c>; the names are paths in the archive.</summary>
public sealed record DockerArchiveItem
{
    public string? Config { get; init; }

    public List<string>? RepoTags { get; init; }

    public List<string>? Layers { get; init; }

    /// <summary>What each layer, by its diff-id, is as a blob.</summary>
    public Dictionary<string, Descriptor>? LayerSources { get; init; }
}

/// <summary>The <c>oci-layout</c> file.</summary>
public sealed record OciLayoutMark
{
    [JsonPropertyName("imageLayoutVersion")]
    public string ImageLayoutVersion { get; init; } = "1.0.0";
}

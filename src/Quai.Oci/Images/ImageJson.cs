using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Quai.Errors;

namespace Quai.Oci.Images;

/// <summary>Reads and writes the JSON of images, with limits on its size and depth.</summary>
public static class ImageJson
{
    /// <summary>The largest manifest or index taken, bytes (registries refuse larger ones too).</summary>
    public const int MaxManifestSize = 4 << 20;

    /// <summary>The largest image config taken, bytes.</summary>
    public const int MaxConfigSize = 8 << 20;

    /// <summary>Media types have a plus sign, which is to stand as it is.</summary>
    private static readonly ImageJsonContext s_writing = new(new JsonSerializerOptions(ImageJsonContext.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    /// <summary>Reads an image config and checks what every user of it relies on.</summary>
    public static ImageConfig ReadConfig(ReadOnlySpan<byte> json)
    {
        ImageConfig config = Read(json, ImageJsonContext.Default.ImageConfig, MaxConfigSize, "image configuration");
        if (config.RootFs is not { DiffIds: not null })
        {
            throw QuaiException.Invalid("invalid rootfs in image configuration");
        }

        foreach (string diffId in config.RootFs.DiffIds)
        {
            if (!Digest.TryParse(diffId, out _))
            {
                throw QuaiException.Invalid($"invalid rootfs in image configuration: invalid checksum digest format: {diffId}");
            }
        }

        return config;
    }

    /// <summary>Reads a manifest and checks that its descriptors are whole.</summary>
    public static Manifest ReadManifest(ReadOnlySpan<byte> json)
    {
        Manifest manifest = Read(json, ImageJsonContext.Default.Manifest, MaxManifestSize, "manifest");
        if (manifest.SchemaVersion != 2 || manifest.Config is null || manifest.Layers is null)
        {
            throw QuaiException.Invalid($"unsupported manifest: schema version {manifest.SchemaVersion} without a config and layers");
        }

        Check(manifest.Config);
        manifest.Layers.ForEach(Check);
        return manifest;
    }

    /// <summary>Reads an index and checks that its descriptors are whole.</summary>
    public static ImageIndex ReadIndex(ReadOnlySpan<byte> json)
    {
        ImageIndex index = Read(json, ImageJsonContext.Default.ImageIndex, MaxManifestSize, "manifest list");
        if (index.Manifests is null)
        {
            throw QuaiException.Invalid("unsupported manifest list: it has no manifests");
        }

        index.Manifests.ForEach(Check);
        return index;
    }

    /// <summary>Reads a docker-archive's <c>manifest.json</c>.</summary>
    public static List<DockerArchiveItem> ReadDockerArchive(ReadOnlySpan<byte> json) =>
        Read(json, ImageJsonContext.Default.ListDockerArchiveItem, MaxManifestSize, "manifest.json");

    /// <summary>The media type that a manifest or index names itself, or the one its members tell.</summary>
    public static string DetectMediaType(ReadOnlySpan<byte> json)
    {
        ManifestProbe probe = Read(json, ImageJsonContext.Default.ManifestProbe, MaxManifestSize, "manifest");
        return probe.MediaType is { Length: > 0 } named ? named
            : probe.Manifests is not null ? MediaTypes.OciIndex
            : probe.SchemaVersion == 1 ? MediaTypes.DockerSchema1
            : MediaTypes.OciManifest;
    }

    /// <summary>The bytes of an image config; nulls are left out.</summary>
    public static byte[] Write(ImageConfig config) => JsonSerializer.SerializeToUtf8Bytes(config, s_writing.ImageConfig);

    /// <inheritdoc cref="Write(ImageConfig)"/>
    public static byte[] Write(Manifest manifest) => JsonSerializer.SerializeToUtf8Bytes(manifest, s_writing.Manifest);

    /// <inheritdoc cref="Write(ImageConfig)"/>
    public static byte[] Write(ImageIndex index) => JsonSerializer.SerializeToUtf8Bytes(index, s_writing.ImageIndex);

    /// <inheritdoc cref="Write(ImageConfig)"/>
    public static byte[] Write(List<DockerArchiveItem> items) => JsonSerializer.SerializeToUtf8Bytes(items, s_writing.ListDockerArchiveItem);

    /// <inheritdoc cref="Write(ImageConfig)"/>
    public static byte[] Write(OciLayoutMark mark) => JsonSerializer.SerializeToUtf8Bytes(mark, s_writing.OciLayoutMark);

    private static void Check(Descriptor descriptor)
    {
        if (descriptor is null || descriptor.Size < 0)
        {
            throw QuaiException.Invalid("invalid manifest: a descriptor is empty or has a negative size");
        }

        Digest.Parse(descriptor.Digest);
    }

    private static T Read<T>(ReadOnlySpan<byte> json, JsonTypeInfo<T> type, int limit, string what)
        where T : class
    {
        if (json.Length > limit)
        {
            throw QuaiException.Invalid($"{what} is larger than {limit >> 20} MiB");
        }

        try
        {
            if (json.StartsWith("\uFEFF"u8))
            {
                json = json[3..];
            }

            return JsonSerializer.Deserialize(json, type) ?? throw QuaiException.Invalid($"invalid {what}: null");
        }
        catch (JsonException e)
        {
            throw QuaiException.Invalid($"invalid {what}: {e.Message}", e);
        }
    }
}

/// <summary>The few members that tell kinds of manifest apart.</summary>
internal sealed record ManifestProbe
{
    [JsonPropertyName("schemaVersion")]
    public int SchemaVersion { get; init; }

    [JsonPropertyName("mediaType")]
    public string? MediaType { get; init; }

    [JsonPropertyName("manifests")]
    public JsonElement? Manifests { get; init; }
}

/// <summary>Generated readers and writers.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, MaxDepth = 32)]
[JsonSerializable(typeof(ImageConfig))]
[JsonSerializable(typeof(Manifest))]
[JsonSerializable(typeof(ImageIndex))]
[JsonSerializable(typeof(ManifestProbe))]
[JsonSerializable(typeof(OciLayoutMark))]
[JsonSerializable(typeof(List<DockerArchiveItem>))]
internal sealed partial class ImageJsonContext : JsonSerializerContext;

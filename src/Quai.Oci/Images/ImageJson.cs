using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Quai.Errors;
using Quai.Oci.Json;

namespace Quai.Oci.Images;

/// <summary>Reads and writes the JSON of images, with limits on its size and depth.</summary>
public static class ImageJson
{
    /// <summary>The largest manifest or index accepted, in bytes (registries refuse larger ones too).</summary>
    public const int MaxManifestSize = 4 << 20;

    /// <summary>The largest image config accepted, in bytes.</summary>
    public const int MaxConfigSize = 8 << 20;

    /// <summary>
    /// The maximum number of values and members in one document. Each becomes an object in memory, many times larger than the two bytes it may take: an image of
    /// 500 layers with its history has some ten thousand.
    /// </summary>
    public const int MaxTokens = 200_000;

    /// <summary>The deepest nesting of a document.</summary>
    private const int MaxDepth = 32;

    /// <summary>Media types contain a plus sign, which must not be escaped.</summary>
    private static readonly ImageJsonContext s_writing = new(new JsonSerializerOptions(ImageJsonContext.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    private static readonly JsonSerializerOptions s_reading = NullRules.For(ImageJsonContext.Default);
    private static readonly JsonElement s_empty = JsonDocument.Parse("{}").RootElement.Clone();

    /// <summary>Reads an image config and checks what all its users rely on.</summary>
    public static ImageConfig ReadConfig(ReadOnlySpan<byte> json)
    {
        ImageConfig config = Read<ImageConfig>(json, MaxConfigSize, "image configuration");
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

        Empty(config.Config?.ExposedPorts);
        Empty(config.Config?.Volumes);
        return config;
    }

    /// <summary>Reads a manifest and checks that it is one and nothing else, and that its descriptors are complete.</summary>
    public static Manifest ReadManifest(ReadOnlySpan<byte> json)
    {
        if (DetectMediaType(json) is var type && !MediaTypes.IsManifest(type))
        {
            throw QuaiException.Invalid($"unsupported manifest: expected a manifest but found {type}");
        }

        Manifest manifest = Read<Manifest>(json, MaxManifestSize, "manifest");
        if (manifest.SchemaVersion != 2 || manifest.Config is null || manifest.Layers is null)
        {
            throw QuaiException.Invalid($"unsupported manifest: schema version {manifest.SchemaVersion} without a config and layers");
        }

        Check(manifest.Config);
        manifest.Layers.ForEach(Check);
        return manifest;
    }

    /// <summary>Whether a manifest states its version.</summary>
    public static bool HasSchemaVersion(ReadOnlySpan<byte> json) => ManifestMembers.Read(WithinLimit(json, MaxManifestSize, "manifest")).Has("schemaVersion");

    /// <summary>Reads an index and checks that it is one and nothing else, and that its descriptors are complete.</summary>
    public static ImageIndex ReadIndex(ReadOnlySpan<byte> json)
    {
        if (DetectMediaType(json) is var type && !MediaTypes.IsIndex(type))
        {
            throw QuaiException.Invalid($"unsupported manifest list: expected an index but found {type}");
        }

        ImageIndex index = Read<ImageIndex>(json, MaxManifestSize, "manifest list");
        if (index.Manifests is null)
        {
            throw QuaiException.Invalid("unsupported manifest list: it has no manifests");
        }

        index.Manifests.ForEach(Check);
        return index;
    }

    /// <summary>Reads a descriptor and checks that it is complete.</summary>
    public static Descriptor ReadDescriptor(ReadOnlySpan<byte> json)
    {
        Descriptor descriptor = Read<Descriptor>(json, MaxManifestSize, "descriptor");
        Check(descriptor);
        return descriptor;
    }

    /// <summary>Reads a docker-archive's <c>manifest.json</c>.</summary>
    public static List<DockerArchiveItem> ReadDockerArchive(ReadOnlySpan<byte> json) =>
        Read<List<DockerArchiveItem>>(json, MaxManifestSize, "manifest.json");

    /// <summary>
    /// The media type of a manifest or index: the one that it states, else the one it is said to have, else the one implied by its members. These must
    /// agree, and a document that is both kinds at once is refused, so that a digest means the same to everybody.
    /// </summary>
    /// <param name="json">The document.</param>
    /// <param name="said">What a registry or an index says that it is; null, or a type that says nothing (<c>application/json</c>), if unknown.</param>
    /// <exception cref="QuaiException">It contradicts what was said about it, or itself.</exception>
    public static string DetectMediaType(ReadOnlySpan<byte> json, string? said = null)
    {
        ManifestMembers members = ManifestMembers.Read(WithinLimit(json, MaxManifestSize, "manifest"));
        said = MediaTypes.IsGeneric(said) ? null : said;
        if (said is not null && members.MediaType is { } named && named != said)
        {
            throw QuaiException.Invalid($"mediaType in manifest should be '{said}' not '{named}'");
        }

        string type = members.MediaType ?? said ?? ByMembers(members);
        bool manifest = members.Has("config") || members.Has("layers"), index = members.Has("manifests"), old = members.Has("fsLayers");
        return MediaTypes.IsManifest(type) && (index || old) ? throw QuaiException.Invalid($"media-type: \"{type}\" should not have \"manifests\" or \"fsLayers\"")
            : MediaTypes.IsIndex(type) && (manifest || old) ? throw QuaiException.Invalid($"media-type: \"{type}\" should not have \"config\", \"layers\", or \"fsLayers\"")
            : (index && (manifest || old)) || (manifest && old) ? throw QuaiException.Invalid("media-type: cannot determine: the document is a manifest and a manifest list at once")
            : type;
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

    /// <inheritdoc cref="Write(ImageConfig)"/>
    public static byte[] Write(Descriptor descriptor) => JsonSerializer.SerializeToUtf8Bytes(descriptor, s_writing.Descriptor);

    /// <summary>The values of these sets mean nothing, and cannot always be written again.</summary>
    private static void Empty(Dictionary<string, JsonElement>? set)
    {
        foreach (string key in set?.Keys.ToArray() ?? [])
        {
            set![key] = s_empty;
        }
    }

    private static void Check(Descriptor descriptor)
    {
        if (descriptor is null || descriptor.Size < 0)
        {
            throw QuaiException.Invalid("invalid manifest: a descriptor is empty or has a negative size");
        }

        Digest.Parse(descriptor.Digest);
    }

    private static string ByMembers(ManifestMembers members) =>
        members.Has("manifests") ? MediaTypes.OciIndex
        : members.Has("fsLayers") || members.SchemaVersion == 1 ? MediaTypes.DockerSchema1
        : MediaTypes.OciManifest;

    /// <summary>The document without a byte order mark, and with bounded size and number of values; the reader reports anything else wrong with it.</summary>
    private static ReadOnlySpan<byte> WithinLimit(ReadOnlySpan<byte> json, int limit, string what)
    {
        if (json.Length > limit)
        {
            throw QuaiException.Invalid($"{what} is larger than {limit >> 20} MiB");
        }

        json = json.StartsWith("\uFEFF"u8) ? json[3..] : json;
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = MaxDepth });
        try
        {
            for (int tokens = 0; reader.Read(); tokens++)
            {
                if (tokens == MaxTokens)
                {
                    throw QuaiException.Invalid($"{what} has more than {MaxTokens} members and values");
                }
            }
        }
        catch (JsonException)
        {
        }

        return json;
    }

    private static T Read<T>(ReadOnlySpan<byte> json, int limit, string what)
        where T : class
    {
        try
        {
            json = WithinLimit(json, limit, what);
            T document = JsonSerializer.Deserialize(json, (JsonTypeInfo<T>)s_reading.GetTypeInfo(typeof(T))) ?? throw QuaiException.Invalid($"invalid {what}: null");
            NullRules.Check(json);
            return document;
        }
        catch (JsonException e)
        {
            throw QuaiException.Invalid($"invalid {what}: {e.Message}", e);
        }
    }
}

/// <summary>Generated readers and writers.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, MaxDepth = 32)]
[JsonSerializable(typeof(ImageConfig))]
[JsonSerializable(typeof(Manifest))]
[JsonSerializable(typeof(ImageIndex))]
[JsonSerializable(typeof(OciLayoutMark))]
[JsonSerializable(typeof(List<DockerArchiveItem>))]
internal sealed partial class ImageJsonContext : JsonSerializerContext;

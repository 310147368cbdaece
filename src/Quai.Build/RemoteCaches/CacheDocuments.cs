using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Quai.Errors;
using Quai.Oci.Images;

namespace Quai.Build.RemoteCaches;

/// <summary>Reads and writes caches as documents. They come from outside, so nothing of them is believed that was not checked.</summary>
internal static class CacheDocuments
{
    /// <summary>The media type of a cache's document.</summary>
    public const string MediaType = "application/vnd.buildkit.cacheconfig.v0";

    /// <summary>The largest that is read, in bytes.</summary>
    public const int Largest = 32 << 20;

    // How keys are made; a cache of other keys is none.
    private const int Version = 1;

    // overlayfs takes no more.
    private const int MostLayers = 500;
    private const string Prefix = "sha256:";

    /// <summary>A cache as a document.</summary>
    public static byte[] Write(CacheGraph graph) => JsonSerializer.SerializeToUtf8Bytes(
        new CacheDocument
        {
            Layers =
            [
                .. graph.Layers.Select(l => new LayerEntry
                {
                    Blob = l.Blob.Digest,
                    Parent = l.Below,
                    Annotations = new LayerAnnotations { MediaType = l.Blob.MediaType, DiffId = l.DiffId, Size = l.Blob.Size, CreatedAt = l.CreatedAt },
                }),
            ],
            Records = Records(graph.Steps, graph.Contents, top => graph.Layers[top].CreatedAt),
        },
        CacheJson.Default.CacheDocument);

    /// <summary>The results that an image carries along; its layers are the layers.</summary>
    public static byte[] WriteInline(IReadOnlyList<CachedStep> steps, IReadOnlyDictionary<string, string> contents) =>
        JsonSerializer.SerializeToUtf8Bytes(Records(steps, contents, _ => null), CacheJson.Default.ListRecordEntry);

    /// <summary>Reads a document.</summary>
    /// <exception cref="QuaiException">It is none.</exception>
    public static CacheGraph Read(ReadOnlySpan<byte> json)
    {
        CacheDocument document = Parse(json, CacheJson.Default.CacheDocument);
        List<CachedLayer> layers = [];
        List<int> depths = [];
        foreach (LayerEntry? entry in document.Layers ?? [])
        {
            if (entry?.Annotations is not { DiffId: { } diffId, Size: >= 0 } about || !Digest.TryParse(entry.Blob ?? "", out _) || !Digest.TryParse(diffId, out _))
            {
                throw Invalid("a layer is incomplete");
            }

            int depth = entry.Parent == -1 ? 1 : entry.Parent >= 0 && entry.Parent < layers.Count ? depths[entry.Parent] + 1 : throw Invalid($"a layer lies on layer {entry.Parent}, which there is not");
            depths.Add(depth <= MostLayers ? depth : throw Invalid($"more than {MostLayers} layers lie on one another"));
            layers.Add(new CachedLayer(new Descriptor { MediaType = about.MediaType, Digest = entry.Blob!, Size = about.Size }, diffId, entry.Parent, about.CreatedAt));
        }

        return WithRecords(layers, document.Records ?? []);
    }

    /// <summary>Reads the results that an image carries along.</summary>
    /// <param name="json">They.</param>
    /// <param name="layers">The image's layers.</param>
    /// <exception cref="QuaiException">They are none.</exception>
    public static CacheGraph ReadInline(ReadOnlySpan<byte> json, IReadOnlyList<CachedLayer> layers) => WithRecords(layers, Parse(json, CacheJson.Default.ListRecordEntry));

    private static List<RecordEntry> Records(IReadOnlyList<CachedStep> steps, IReadOnlyDictionary<string, string> contents, Func<int, DateTimeOffset?> createdAt) =>
    [
        .. steps.Select(s => new RecordEntry
        {
            Digest = Prefix + s.Key,
            Results = [.. s.Outputs.Where(o => o >= 0).Select(o => new ResultEntry { Layer = o, CreatedAt = createdAt(o) })],
            Quai = new QuaiEntry { Version = Version, Identity = s.Identity == s.Key ? null : s.Identity, Name = s.Name, Kind = s.Kind, Outputs = [.. s.Outputs] },
        }),
        .. contents.OrderBy(c => c.Key, StringComparer.Ordinal).Select(c => new RecordEntry { Digest = Prefix + c.Key, Quai = new QuaiEntry { Version = Version, Content = c.Value } }),
    ];

    private static CacheGraph WithRecords(IReadOnlyList<CachedLayer> layers, List<RecordEntry> records)
    {
        List<CachedStep> steps = [];
        Dictionary<string, string> contents = [];
        foreach (RecordEntry? record in records)
        {
            if (record is not { Digest: { } digest, Quai: { Version: Version } own } || !digest.StartsWith(Prefix, StringComparison.Ordinal))
            {
                // What another builder made by keys of its own.
                continue;
            }

            string key = digest[Prefix.Length..];
            if (own.Content is { } content)
            {
                contents[key] = content;
            }
            else if (own.Outputs is { Count: > 0 } outputs)
            {
                steps.Add(outputs.TrueForAll(o => o >= -1 && o < layers.Count)
                    ? new CachedStep(key, own.Identity ?? key, own.Name ?? "", own.Kind ?? "", outputs)
                    : throw Invalid($"the result {key} has a layer that there is not"));
            }
        }

        return new CacheGraph(layers, steps, contents);
    }

    private static T Parse<T>(ReadOnlySpan<byte> json, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(json, type) ?? throw Invalid("it is empty");
        }
        catch (JsonException e)
        {
            throw QuaiException.Invalid($"the cache's document cannot be read: {e.Message}", e);
        }
    }

    private static QuaiException Invalid(string reason) => QuaiException.Invalid($"the cache's document cannot be used: {reason}");
}

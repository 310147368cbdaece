using Quai.BuildProtocol.Control;
using Quai.Oci.Images;

namespace Quai.BuildClient.Histories;

/// <summary>Recorded builds with all that their records name, in OCI layout, as buildx and Docker Desktop exchange them.</summary>
public sealed class RecordBundle
{
    private const string RecordType = "application/vnd.buildkit.historyrecord.v0", TypeKey = "vnd.export-build.descriptor.mediatype", NameKey = "vnd.buildkit.history.reference";

    private readonly string _platform;
    private readonly SortedDictionary<string, byte[]> _blobs = new(StringComparer.Ordinal);
    private readonly List<Descriptor> _records = [];

    /// <param name="platform">What the builder builds for where nothing is said.</param>
    internal RecordBundle(string platform) => _platform = platform;

    /// <summary>The files of the layout by their paths, in their order.</summary>
    public IEnumerable<KeyValuePair<string, byte[]>> Files =>
    [
        .. _blobs.Select(b => KeyValuePair.Create("blobs/sha256/" + b.Key, b.Value)),
        KeyValuePair.Create("index.json", Index),
        KeyValuePair.Create("oci-layout", ImageJson.Write(new OciLayoutMark())),
    ];

    private byte[] Index { get; set; } = [];

    /// <summary>Adds a record.</summary>
    /// <param name="record">The record.</param>
    /// <param name="read">Reads what it names.</param>
    internal async Task AddAsync(BuildHistoryRecord record, Func<BlobDescriptor, Task<byte[]>> read)
    {
        List<Descriptor> layers = [];
        foreach ((BlobDescriptor blob, bool isResult) in Named(record).DistinctBy(n => n.Blob.Digest))
        {
            Dictionary<string, string> annotations = blob.Annotations.ToDictionary();
            if (isResult)
            {
                // Nothing that a result names is here, so it is no image to those who read this.
                annotations[TypeKey] = blob.MediaType;
            }

            layers.Add(Add(await read(blob).ConfigureAwait(false), isResult ? "application/json" : blob.MediaType) with { Annotations = annotations.Count > 0 ? annotations : null });
        }

        Descriptor config = Add(RecordJson.Write(record, _platform), RecordType);
        byte[] manifest = ImageJson.Write(new Manifest { SchemaVersion = 2, MediaType = MediaTypes.OciManifest, Config = config, Layers = layers });
        _records.Add(Add(manifest, MediaTypes.OciManifest) with { Annotations = new Dictionary<string, string> { [NameKey] = record.Ref } });
    }

    /// <summary>Ends it: several records have an index of their own.</summary>
    internal void Finish()
    {
        Descriptor root = _records is [var only]
            ? only with { Annotations = null }
            : Add(ImageJson.Write(new ImageIndex { SchemaVersion = 2, MediaType = MediaTypes.OciIndex, Manifests = _records }), MediaTypes.OciIndex);
        Index = ImageJson.Write(new ImageIndex { SchemaVersion = 2, MediaType = MediaTypes.OciIndex, Manifests = [root] });
    }

    private static IEnumerable<(BlobDescriptor Blob, bool IsResult)> Named(BuildHistoryRecord record) =>
    [
        .. ((IEnumerable<BlobDescriptor?>)[record.Trace, record.Logs]).OfType<BlobDescriptor>().Select(b => (b, false)),
        .. ((IEnumerable<BuildResultInfo?>)[record.Result, .. record.Results.OrderBy(r => r.Key, StringComparer.Ordinal).Select(r => r.Value)]).OfType<BuildResultInfo>()
            .SelectMany(r => r.Attestations.Select(a => (a, false)).Concat(r.Results.OrderBy(e => e.Key).Select(e => (e.Value, true)))),
        .. record.ExternalError is { } error ? [(error, false)] : Array.Empty<(BlobDescriptor, bool)>(),
    ];

    private Descriptor Add(byte[] bytes, string type)
    {
        Digest digest = Digest.Of(bytes);
        _blobs[digest.Hex] = bytes;
        return new Descriptor { MediaType = type, Digest = digest.ToString(), Size = bytes.Length };
    }
}

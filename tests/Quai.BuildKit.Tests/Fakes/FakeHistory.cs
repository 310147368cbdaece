using Quai.Build.History;
using Quai.BuildProtocol.Control;
using Quai.Errors;
using Quai.Oci.Images;

namespace Quai.BuildKit.Tests.Fakes;

/// <summary>Records of builds in memory.</summary>
internal sealed class FakeHistory : IBuildHistory
{
    private readonly Dictionary<string, BuildHistoryRecord> _records = [];
    private readonly Dictionary<string, byte[]> _blobs = [];

    public IReadOnlyList<BuildHistoryRecord> List() => [.. _records.Values];

    public BuildHistoryRecord? Find(string id) => _records.GetValueOrDefault(id);

    public Task<IReadOnlyList<string>> AddAsync(BuildHistoryRecord record, HistoryBlobs blobs, CancellationToken cancellation)
    {
        record.Logs = Keep(blobs.Log);
        record.Trace = Keep(blobs.Trace);
        _records[record.Ref] = record;
        return Task.FromResult<IReadOnlyList<string>>([]);
    }

    public Task<BuildHistoryRecord?> PinAsync(string id, bool isPinned, CancellationToken cancellation)
    {
        if (Find(id) is { } record)
        {
            record.Pinned = isPinned;
        }

        return Task.FromResult(Find(id));
    }

    public Task<bool> RemoveAsync(string id, CancellationToken cancellation) => Task.FromResult(_records.Remove(id));

    public long? SizeOf(Digest digest) => _blobs.TryGetValue(digest.ToString(), out byte[]? bytes) ? bytes.Length : null;

    public Stream Open(Digest digest) => _blobs.TryGetValue(digest.ToString(), out byte[]? bytes) ? new MemoryStream(bytes) : throw QuaiException.NotFound($"content {digest}: not found");

    private BlobDescriptor Keep(ReadOnlyMemory<byte> bytes)
    {
        string digest = Digest.Of(bytes.Span).ToString();
        _blobs[digest] = bytes.ToArray();
        return new BlobDescriptor { Digest = digest, Size = bytes.Length };
    }
}

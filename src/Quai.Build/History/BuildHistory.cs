using Google.Protobuf;
using Quai.Build.Attestations;
using Quai.Build.Attestations.Provenance;
using Quai.BuildProtocol.Control;
using Quai.Content;
using Quai.Content.Blobs;
using Quai.Content.Collecting;
using Quai.Errors;
using Quai.Metadata;
using Quai.Oci.Images;

namespace Quai.Build.History;

/// <summary>The builds that have ended, in the database; logs and traces are blobs.</summary>
internal sealed class BuildHistory(MetadataDatabase database, ContentStore content, BuilderOptions options) : IBuildHistory
{
    private const string LogType = "application/vnd.buildkit.status.v0", TraceType = "application/vnd.buildkit.otlp.json.v0", ErrorType = "application/vnd.googeapis.google.rpc.status+proto";

    private readonly BlobStore _blobs = content.Blobs;

    /// <inheritdoc/>
    public IReadOnlyList<BuildHistoryRecord> List() =>
        database.Read(c => c.Rows("SELECT record, pinned FROM build_history ORDER BY completed DESC, id", r => Read((byte[])r.GetValue(0), r.GetInt64(1))));

    /// <inheritdoc/>
    public BuildHistoryRecord? Find(string id) =>
        database.Read(c => c.Rows("SELECT record, pinned FROM build_history WHERE id=$i", r => Read((byte[])r.GetValue(0), r.GetInt64(1)), ("$i", id))).SingleOrDefault();

    /// <inheritdoc/>
    public async Task<IReadOnlyList<string>> AddAsync(BuildHistoryRecord record, HistoryBlobs blobs, CancellationToken cancellation)
    {
        using Lease lease = content.Leases.Begin();
        record.Logs = await KeepAsync(blobs.Log, LogType, lease, cancellation).ConfigureAwait(false);
        record.Trace = await KeepAsync(blobs.Trace, TraceType, lease, cancellation).ConfigureAwait(false);
        if (blobs.Error is { } error)
        {
            record.ExternalError = await KeepAsync(error, ErrorType, lease, cancellation).ConfigureAwait(false);
        }

        foreach ((string key, byte[] document) in blobs.Provenance)
        {
            BlobDescriptor kept = await KeepAsync(document, Statements.MediaType, lease, cancellation).ConfigureAwait(false);
            kept.Annotations[Statements.PredicateAnnotation] = ProvenanceDocument.TypeOf(ProvenanceDemand.OfRecords);
            InfoOf(record, key).Attestations.Add(kept);
        }

        List<string> named = [.. new[] { record.Logs, record.Trace, record.ExternalError }.OfType<BlobDescriptor>().Concat(record.Result?.Attestations ?? []).Concat(record.Results.Values.SelectMany(r => r.Attestations)).Select(b => b.Digest)];
        foreach (BlobDescriptor result in record.Result?.Results.Values ?? Enumerable.Empty<BlobDescriptor>())
        {
            // An image that was pushed elsewhere may have another manifest here by now.
            if (Digest.TryParse(result.Digest, out Digest digest) && await _blobs.HoldAsync(digest, lease, cancellation).ConfigureAwait(false) is not null)
            {
                named.Add(result.Digest);
            }
        }

        return await database.WriteAsync(
            c =>
            {
                c.Run(
                    "INSERT INTO build_history(id, completed, pinned, record) VALUES ($i, $c, 0, $r) ON CONFLICT(id) DO UPDATE SET completed=$c, record=$r",
                    ("$i", record.Ref), ("$c", record.CompletedAt.ToDateTimeOffset().ToUnixTimeMilliseconds()), ("$r", record.ToByteArray()));
                c.Run("DELETE FROM build_history_blobs WHERE id=$i", ("$i", record.Ref));
                foreach (string blob in named.Distinct())
                {
                    c.Run("INSERT INTO build_history_blobs(id, blob) VALUES ($i, $b)", ("$i", record.Ref), ("$b", blob));
                }

                List<string> old = c.Rows(
                    "SELECT id FROM (SELECT id, completed FROM build_history WHERE pinned=0 ORDER BY completed DESC LIMIT -1 OFFSET $n) WHERE completed < $t",
                    r => r.GetString(0), ("$n", options.HistoryEntries), ("$t", (options.Time.GetUtcNow() - options.HistoryAge).ToUnixTimeMilliseconds()));
                old.ForEach(o => c.Run("DELETE FROM build_history WHERE id=$i", ("$i", o)));
                return old;
            },
            cancellation).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<BuildHistoryRecord?> PinAsync(string id, bool isPinned, CancellationToken cancellation)
    {
        await database.WriteAsync(c => c.Run("UPDATE build_history SET pinned=$p WHERE id=$i", ("$i", id), ("$p", isPinned ? 1 : 0)), cancellation).ConfigureAwait(false);
        return Find(id);
    }

    /// <inheritdoc/>
    public async Task<bool> RemoveAsync(string id, CancellationToken cancellation)
    {
        bool removed = await database.WriteAsync(c => c.Run("DELETE FROM build_history WHERE id=$i", ("$i", id)) > 0, cancellation).ConfigureAwait(false);
        if (removed)
        {
            await content.Collector.RunQuietlyAsync().ConfigureAwait(false);
        }

        return removed;
    }

    /// <inheritdoc/>
    public long? SizeOf(Digest digest) =>
        database.Read(c => c.Scalar<long?>("SELECT 1 FROM build_history_blobs WHERE blob=$b LIMIT 1", ("$b", digest.ToString()))) is null ? null : _blobs.SizeOf(digest);

    /// <inheritdoc/>
    public Stream Open(Digest digest)
    {
        try
        {
            return SizeOf(digest) is not null ? File.OpenRead(_blobs.PathOf(digest)) : throw QuaiException.NotFound($"content {digest}: not found");
        }
        catch (FileNotFoundException e)
        {
            throw QuaiException.NotFound($"content {digest}: not found", e);
        }
    }

    private static BuildResultInfo InfoOf(BuildHistoryRecord record, string key)
    {
        if (key.Length == 0)
        {
            return record.Result ??= new BuildResultInfo();
        }

        if (!record.Results.TryGetValue(key, out BuildResultInfo? info))
        {
            record.Results[key] = info = new BuildResultInfo();
        }

        return info;
    }

    private static BuildHistoryRecord Read(byte[] bytes, long pinned)
    {
        BuildHistoryRecord record = BuildHistoryRecord.Parser.ParseFrom(bytes);
        record.Pinned = pinned != 0;
        return record;
    }

    private async Task<BlobDescriptor> KeepAsync(ReadOnlyMemory<byte> bytes, string type, Lease lease, CancellationToken cancellation)
    {
        Digest digest = await _blobs.AddAsync(bytes, null, lease, cancellation).ConfigureAwait(false);
        return new BlobDescriptor { MediaType = type, Digest = digest.ToString(), Size = bytes.Length };
    }
}

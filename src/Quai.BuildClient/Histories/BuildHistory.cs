using Grpc.Core;
using Quai.BuildClient.Builders;
using Quai.BuildClient.Progress;
using Quai.BuildProtocol.Content;
using Quai.BuildProtocol.Control;
using StatusRequest = Quai.BuildProtocol.Control.StatusRequest;
using StatusResponse = Quai.BuildProtocol.Control.StatusResponse;

namespace Quai.BuildClient.Histories;

/// <summary>The builds that a builder has recorded.</summary>
/// <param name="connection">The builder.</param>
public sealed class BuildHistory(BuilderConnection connection)
{
    /// <summary>All of them, the newest first.</summary>
    /// <param name="filters">Only such, as BuildKit has filters: <c>status=error</c>.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<IReadOnlyList<BuildRecord>> ListAsync(IReadOnlyCollection<string> filters, CancellationToken cancellation)
    {
        Dictionary<string, BuildRecord> records = new(StringComparer.Ordinal);
        using AsyncServerStreamingCall<BuildHistoryEvent> call = connection.Control.ListenBuildHistory(new BuildHistoryRequest { EarlyExit = true, Filter = { filters } }, cancellationToken: cancellation);
        while (await BuilderException.TranslateAsync(() => call.ResponseStream.MoveNext(cancellation), cancellation).ConfigureAwait(false))
        {
            if (call.ResponseStream.Current.Record is { } record)
            {
                records[record.Ref] = BuildRecord.Read(record);
            }
        }

        return [.. records.Values.OrderByDescending(r => r.CreatedAt)];
    }

    /// <summary>Tells the progress of a build as it was.</summary>
    /// <param name="id">The build.</param>
    /// <param name="progress">Is told.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task ReplayAsync(string id, IBuildProgress progress, CancellationToken cancellation)
    {
        using AsyncServerStreamingCall<StatusResponse> call = connection.Control.Status(new StatusRequest { Ref = id }, cancellationToken: cancellation);
        while (await BuilderException.TranslateAsync(() => call.ResponseStream.MoveNext(cancellation), cancellation).ConfigureAwait(false))
        {
            progress.Report(ProgressReader.Read(call.ResponseStream.Current));
        }
    }

    /// <summary>Removes a record.</summary>
    public Task RemoveAsync(string id, CancellationToken cancellation) => BuilderException.TranslateAsync(
        () => connection.Control.UpdateBuildHistoryAsync(new UpdateBuildHistoryRequest { Ref = id, Delete = true }, cancellationToken: cancellation).ResponseAsync, cancellation);

    /// <summary>Has the builder complete what it records of a build.</summary>
    public Task FinalizeAsync(string id, CancellationToken cancellation) => BuilderException.TranslateAsync(
        () => connection.Control.UpdateBuildHistoryAsync(new UpdateBuildHistoryRequest { Ref = id, Finalize = true }, cancellationToken: cancellation).ResponseAsync, cancellation);

    /// <summary>Records with all that they name, to be kept or looked at elsewhere.</summary>
    /// <param name="records">They.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<RecordBundle> BundleAsync(IReadOnlyList<BuildRecord> records, CancellationToken cancellation)
    {
        BuilderInfo info = await connection.InfoAsync(cancellation).ConfigureAwait(false);
        var bundle = new RecordBundle(info.Platforms.Count > 0 ? info.Platforms[0] : "");
        foreach (BuildRecord record in records)
        {
            await bundle.AddAsync(record.Source, blob => ReadAsync(blob, cancellation)).ConfigureAwait(false);
        }

        bundle.Finish();
        return bundle;
    }

    /// <summary>How a build's time was spent; none where the builder has no account of it.</summary>
    /// <param name="record">The build.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="Errors.QuaiException">The account is malformed.</exception>
    public async Task<IReadOnlyList<TraceSpan>> TraceAsync(BuildRecord record, CancellationToken cancellation) =>
        record.Source.Trace is { } trace ? TraceSpan.Read(await ReadAsync(trace, cancellation).ConfigureAwait(false)) : [];

    private Task<byte[]> ReadAsync(BlobDescriptor blob, CancellationToken cancellation) => BuilderException.TranslateAsync(
        async () =>
        {
            using var bytes = new MemoryStream();
            using AsyncServerStreamingCall<ReadContentResponse> call = connection.Blobs.Read(new ReadContentRequest { Digest = blob.Digest }, cancellationToken: cancellation);
            while (await call.ResponseStream.MoveNext(cancellation).ConfigureAwait(false))
            {
                bytes.Write(call.ResponseStream.Current.Data.Span);
            }

            return bytes.ToArray();
        },
        cancellation);
}

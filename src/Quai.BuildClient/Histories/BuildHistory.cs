using Grpc.Core;
using Quai.BuildClient.Builders;
using Quai.BuildClient.Progress;
using Quai.BuildProtocol.Control;

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
}

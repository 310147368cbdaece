using Google.Protobuf;
using Grpc.Core;
using Quai.Build.Attestations;
using Quai.Build.Caching;
using Quai.Build.Frontends;
using Quai.Build.Jobs;
using Quai.Build.Progress;
using Quai.Build.Sessions;
using Quai.BuildKit.Builds;
using Quai.BuildKit.Failures;
using Quai.BuildKit.Histories;
using Quai.BuildKit.Sessions;
using Quai.BuildProtocol.Control;
using Quai.BuildProtocol.Gateway;
using Quai.Rpc.Messages;
using SolveRequest = Quai.BuildProtocol.Control.SolveRequest;
using SolveResponse = Quai.BuildProtocol.Control.SolveResponse;

namespace Quai.BuildKit.Controls;

/// <summary>Builds, their progress, their cache and their history.</summary>
/// <param name="builds">The builds in progress.</param>
/// <param name="builder">Builds.</param>
/// <param name="sessions">The clients' sessions.</param>
/// <param name="cache">What builds left behind.</param>
/// <param name="histories">The builds that have ended.</param>
/// <param name="worker">What clients are told of the builder.</param>
internal sealed class ControlService(ClientBuilds builds, IBuilder builder, BuildSessions sessions, IBuildCache cache, BuildHistories histories, WorkerIdentity worker) : Control.ControlBase
{
    /// <summary>Where clients are told what time it is here: how long a build has run they reckon by it.</summary>
    private const string TimeHeader = "buildkit-current-timestamp";

    /// <summary>How many bytes of output go into one message at most: a quarter of the largest.</summary>
    private const int LargestStatus = 4 << 20;

    /// <summary>How many events go into one message at most.</summary>
    private const int MostEvents = 1000;

    /// <inheritdoc/>
    public override async Task<SolveResponse> Solve(SolveRequest request, ServerCallContext context)
    {
        SolveDemands.Check(request);
        CancellationToken gone = context.CancellationToken;
        IBuildSession? session = request.Session.Length == 0 ? null : await sessions.GetAsync(request.Session, gone);
        var options = new BuildJobOptions(request.Ref, session) { IsInternal = request.Internal, Entitlements = [.. request.Entitlements], Policy = SolveDemands.Policy(request), IsExplained = SolveDemands.IsExplained(request) };
        ClientBuild build = await builds.BeginAsync(options, request.FrontendInputs.ToDictionary());
        IBuildJob job = build.Job;
        HistoryEntry? entry = request.Internal ? null : histories.Begin(request);
        IReadOnlyDictionary<string, string>? answer = null;
        IReadOnlyList<(string Key, byte[] Document)> provenance = [];
        Exception? error = null;
        try
        {
            // A client that gives up, or is killed, has its build stopped; so has one that asks for that by another way.
            await using CancellationTokenRegistration stop = gone.UnsafeRegister(static j => ((IBuildJob)j!).Stop(), job);
            using var life = CancellationTokenSource.CreateLinkedTokenSource(gone, job.Stopped);
            IReadOnlyList<CacheReference> caches = SolveDemands.CacheExports(request);
            AttestationDemands attestations = SolveDemands.Attestations(request);
            job.CheckCaches(caches);
            job.ImportCache(SolveDemands.Imports(request));
            SolveResult result = await RunAsync(build, request, life.Token);
            answer = await job.ExportAsync(result, SolveDemands.Exports(request), caches, attestations, life.Token);
            provenance = entry is null ? [] : await job.ProvenanceAsync(result, life.Token);
            return new SolveResponse { ExporterResponse = { answer.ToDictionary() } };
        }
        catch (Exception e) when (e is not OperationCanceledException && job.Stopped.IsCancellationRequested)
        {
            // Whatever a step that was stopped says: the reason is that the build was.
            error = new OperationCanceledException(e.Message, e, job.Stopped);
            throw error;
        }
        catch (Exception e)
        {
            error = e;
            throw;
        }
        finally
        {
            if (entry is not null)
            {
                histories.End(entry, new BuildEnd(job.Events, answer, provenance, error));
            }

            builds.End(build);
        }
    }

    /// <inheritdoc/>
    public override async Task Status(StatusRequest request, IServerStreamWriter<StatusResponse> responseStream, ServerCallContext context)
    {
        CancellationToken gone = context.CancellationToken;
        if (await histories.LogAsync(request.Ref) is { } log)
        {
            foreach (StatusResponse logged in log)
            {
                await responseStream.WriteAsync(logged, gone);
            }

            return;
        }

        IBuildJob job = await builder.GetAsync(request.Ref, gone);
        await context.WriteResponseHeadersAsync([]);
        await using IAsyncEnumerator<BuildEvent> events = job.WatchAsync(gone).GetAsyncEnumerator(gone);
        ValueTask<bool> next = events.MoveNextAsync();
        builds.Watched(request.Ref);
        var message = new StatusResponse();
        int count = 0, size = 0;
        while (await next)
        {
            BuildEvent happened = events.Current;
            ProgressMessages.Add(message, happened);
            count++;
            size += (happened as LogEvent)?.Bytes.Length ?? 0;
            next = events.MoveNextAsync();
            // What has happened meanwhile goes into the same message: a step may write thousands of pieces.
            if (!next.IsCompleted || count >= MostEvents || size >= LargestStatus)
            {
                await responseStream.WriteAsync(message, gone);
                message = new StatusResponse();
                count = size = 0;
            }
        }

        if (count > 0)
        {
            await responseStream.WriteAsync(message, gone);
        }
    }

    /// <inheritdoc/>
    public override Task Session(IAsyncStreamReader<BytesMessage> requestStream, IServerStreamWriter<BytesMessage> responseStream, ServerCallContext context) =>
        sessions.ServeAsync(
            SessionOffer.Read(name => context.RequestHeaders.GetAll(name.ToLowerInvariant()).Select(h => h.Value)),
            new TunnelStream<BytesMessage>(requestStream, responseStream, bytes => new BytesMessage { Data = UnsafeByteOperations.UnsafeWrap(bytes) }, m => m.Data.Memory),
            context.CancellationToken);

    /// <inheritdoc/>
    public override Task<ListWorkersResponse> ListWorkers(ListWorkersRequest request, ServerCallContext context) =>
        Task.FromResult(new ListWorkersResponse { Record = { WorkerMessages.Of(worker) } });

    /// <inheritdoc/>
    public override Task<InfoResponse> Info(InfoRequest request, ServerCallContext context) =>
        Task.FromResult(new InfoResponse { BuildkitVersion = WorkerMessages.Version(worker) });

    /// <inheritdoc/>
    public override async Task<DiskUsageResponse> DiskUsage(DiskUsageRequest request, ServerCallContext context)
    {
        IReadOnlyList<CacheRecord> records = await cache.ListAsync(CacheMessages.Filters(request.Filter), context.CancellationToken);
        if (request.AgeLimit > 0)
        {
            DateTimeOffset latest = DateTimeOffset.UtcNow - TimeSpan.FromTicks(request.AgeLimit / TimeSpan.NanosecondsPerTick);
            records = [.. records.Where(r => (r.LastUsedAt ?? r.CreatedAt) <= latest)];
        }

        return new DiskUsageResponse { Record = { records.Select(CacheMessages.Of) } };
    }

    /// <inheritdoc/>
    public override async Task Prune(PruneRequest request, IServerStreamWriter<UsageRecord> responseStream, ServerCallContext context)
    {
        await context.WriteResponseHeadersAsync([]);
        await foreach (CacheRecord record in cache.PruneAsync(CacheMessages.Read(request), context.CancellationToken))
        {
            await responseStream.WriteAsync(CacheMessages.Of(record), context.CancellationToken);
        }
    }

    /// <inheritdoc/>
    public override async Task ListenBuildHistory(BuildHistoryRequest request, IServerStreamWriter<BuildHistoryEvent> responseStream, ServerCallContext context)
    {
        await context.WriteResponseHeadersAsync(new Metadata { { TimeHeader, DateTimeOffset.UtcNow.ToString("O") } });
        await foreach (BuildHistoryEvent happened in histories.ListenAsync(request, context.CancellationToken))
        {
            await responseStream.WriteAsync(happened, context.CancellationToken);
        }
    }

    /// <inheritdoc/>
    public override async Task<UpdateBuildHistoryResponse> UpdateBuildHistory(UpdateBuildHistoryRequest request, ServerCallContext context)
    {
        await histories.UpdateAsync(request, context.CancellationToken);
        return new UpdateBuildHistoryResponse();
    }

    private static async Task<SolveResult> RunAsync(ClientBuild build, SolveRequest request, CancellationToken cancellation)
    {
        if (SolveDemands.IsDrivenByClient(request))
        {
            return await build.ResultAsync(cancellation);
        }

        return request.Frontend.Length > 0
            ? await build.Job.RunFrontendAsync(request.Frontend, new FrontendRequest(request.FrontendAttrs.ToDictionary(), build.Inputs), cancellation)
            : new SolveResult { Ref = await build.Job.SolveAsync(request.Definition, cancellation) };
    }
}

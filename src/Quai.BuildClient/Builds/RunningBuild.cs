using System.Text.Json;
using Google.Protobuf;
using Grpc.Core;
using Quai.BuildClient.Builders;
using Quai.BuildClient.Progress;
using Quai.BuildClient.Sessions;
using Quai.BuildProtocol.Control;
using Quai.BuildProtocol.Gateway;
using Answer = Quai.BuildProtocol.Control.SolveResponse;
using ControlSolve = Quai.BuildProtocol.Control.SolveRequest;
using GatewayCache = Quai.BuildProtocol.Gateway.CacheOptionsEntry;
using GatewaySolve = Quai.BuildProtocol.Gateway.SolveRequest;

namespace Quai.BuildClient.Builds;

/// <summary>
/// A build, as BuildKit's clients drive theirs: they ask for it, ask the frontend within it, and return what that gave to be exported. In between the result can be
/// the context of another build.
/// <code>
/// await using var build = new RunningBuild(connection, request, progress);
/// BuildResult result = await build.RunAsync(cancellation);
/// </code>
/// </summary>
/// <param name="connection">The builder.</param>
/// <param name="request">What is built.</param>
/// <param name="progress">Is told how it goes on.</param>
public sealed class RunningBuild(BuilderConnection connection, BuildRequest request, IBuildProgress progress) : IAsyncDisposable
{
    private const string BuildHeader = "buildkit-controlapi-buildid";

    /// <summary>How long is waited for what comes at once, if it comes.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);

    private readonly CancellationTokenSource _ended = new();
    private readonly TaskCompletionSource _failureSeen = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ClientSession? _session;
    private Task<Answer>? _solving;
    private Task? _watching;

    /// <summary>Is given a step whose program failed, and looks at it; the build ends when it returns. Null for nobody.</summary>
    public Func<FailedStep, CancellationToken, Task>? Failed { get; init; }

    /// <summary>Builds and exports.</summary>
    /// <exception cref="BuilderException">It failed.</exception>
    /// <exception cref="OperationCanceledException">The caller gave up, and the build was stopped.</exception>
    public async Task<BuildResult> RunAsync(CancellationToken cancellation)
    {
        LinkedBuild solved = await SolveAsync(cancellation).ConfigureAwait(false);
        return await FinishAsync(solved, cancellation).ConfigureAwait(false);
    }

    /// <summary>Has the frontend compile the source, so that other builds can take the result; <see cref="FinishAsync"/> ends what this begins.</summary>
    /// <exception cref="BuilderException">It failed.</exception>
    /// <exception cref="OperationCanceledException">The caller gave up, and the build was stopped.</exception>
    public async Task<LinkedBuild> SolveAsync(CancellationToken cancellation)
    {
        CancellationToken life = Link(cancellation);
        string session = Guid.NewGuid().ToString("N");
        _session = await ClientSession.OpenAsync(
            session, request.Session with { Targets = [.. request.Exports.Select(e => e.Target)] }, connection.OpenSessionAsync, cancellation).ConfigureAwait(false);
        _solving = connection.Control.SolveAsync(Demand(session), cancellationToken: life).ResponseAsync;
        _watching = WatchAsync(life);
        try
        {
            Task<BuildProtocol.Gateway.SolveResponse> compiling = connection.Gateway.SolveAsync(Compile(), Header, cancellationToken: life).ResponseAsync;
            await Task.WhenAny(compiling, _solving).ConfigureAwait(false);
            if (_solving.IsFaulted && !compiling.IsCompletedSuccessfully)
            {
                // The build has ended, and what is asked within it would wait for it.
                await BuilderException.TranslateAsync(() => _solving, cancellation).ConfigureAwait(false);
            }

            return new LinkedBuild((await BuilderException.TranslateAsync(() => compiling, cancellation).ConfigureAwait(false)).Result);
        }
        catch (BuilderException e)
        {
            if (e.IsCanceled && !cancellation.IsCancellationRequested)
            {
                // The build has ended meanwhile, and its own call says why.
                await Task.WhenAny(_solving, Task.Delay(s_patience, CancellationToken.None)).ConfigureAwait(false);
                if (_solving.IsFaulted)
                {
                    await BuilderException.TranslateAsync(() => _solving, cancellation).ConfigureAwait(false);
                }
            }

            if (Failed is not null && FailedStep.Of(e, connection, () => Header) is { } failed)
            {
                // The progress tells of the failure, too, by its own way.
                await Task.WhenAny(_failureSeen.Task, Task.Delay(s_patience, cancellation)).ConfigureAwait(false);
                await Failed(failed, cancellation).ConfigureAwait(false);
            }

            await ReturnFailureAsync(e).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>The files that <see cref="SolveAsync"/> gave, where the build is of <see cref="BuildRequest.Source"/>.</summary>
    public RemoteFiles Files(LinkedBuild solved) => new(connection.Gateway, () => Header, request.Source!, solved);

    /// <summary>Exports what <see cref="SolveAsync"/> gave.</summary>
    /// <exception cref="BuilderException">It failed.</exception>
    /// <exception cref="OperationCanceledException">The caller gave up, and the build was stopped.</exception>
    public async Task<BuildResult> FinishAsync(LinkedBuild solved, CancellationToken cancellation)
    {
        CancellationToken life = Link(cancellation);
        Result result = solved.Result;
        Task returning = connection.Gateway.ReturnAsync(new ReturnRequest { Result = result }, Header, cancellationToken: life).ResponseAsync;
        Answer response = await BuilderException.TranslateAsync(() => _solving!, cancellation).ConfigureAwait(false);
        await returning.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _watching!.ConfigureAwait(false);
        return new BuildResult(response.ExporterResponse.ToDictionary(), result.Metadata.ToDictionary(m => m.Key, m => m.Value.ToStringUtf8()), solved.Link);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_watching is not null && _solving is { IsCompleted: true })
        {
            // What there is still to tell comes at once.
            await Task.WhenAny(_watching, Task.Delay(s_patience)).ConfigureAwait(false);
        }

        await _ended.CancelAsync().ConfigureAwait(false);
        foreach (Task? task in (Task?[])[_solving, _watching])
        {
            if (task is not null)
            {
                await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        if (_session is not null)
        {
            await _session.DisposeAsync().ConfigureAwait(false);
        }
    }

    private Grpc.Core.Metadata Header => new() { { BuildHeader, request.Id } };

    // The source is not disposed of: its calls may still look at it, and it holds nothing but memory.
    private CancellationToken Link(CancellationToken cancellation) => CancellationTokenSource.CreateLinkedTokenSource(cancellation, _ended.Token).Token;

    private ControlSolve Demand(string session)
    {
        var demand = new ControlSolve { Ref = request.Id, Session = session, Cache = new CacheOptions(), Internal = request.IsInternal, SourcePolicy = request.Policy?.Policy };
        foreach ((string name, string value) in request.Attributes)
        {
            demand.FrontendAttrs[name] = value;
        }

        demand.Exporters.AddRange(request.Exports.Select(e => new Exporter { Type = e.Type, Attrs = { e.Attributes.ToDictionary() } }));
        if (request.Exports is [var only])
        {
            // As builders know it that are older than several exports.
            demand.ExporterDeprecated = only.Type;
            foreach ((string name, string value) in only.Attributes)
            {
                demand.ExporterAttrsDeprecated[name] = value;
            }
        }

        demand.Entitlements.AddRange(request.Entitlements);
        demand.Cache.Exports.AddRange(request.CacheTo.Select(c => new BuildProtocol.Control.CacheOptionsEntry { Type = c.Type, Attrs = { c.Attributes.ToDictionary() } }));
        demand.Cache.Imports.AddRange(request.CacheFrom.Select(c => new BuildProtocol.Control.CacheOptionsEntry { Type = c.Type, Attrs = { c.Attributes.ToDictionary() } }));
        return demand;
    }

    private GatewaySolve Compile()
    {
        if (request.Source is { } source)
        {
            return new GatewaySolve { Definition = source.Definition(), AllowResultReturn = true, AllowResultArrayRef = true };
        }

        var compile = new GatewaySolve { Frontend = request.Frontend, AllowResultReturn = true, AllowResultArrayRef = true, Evaluate = Failed is not null };
        foreach ((string name, string value) in request.Attributes)
        {
            compile.FrontendOpt[name] = value;
        }

        if (request.CacheFrom.Count > 0)
        {
            compile.FrontendOpt["cache-imports"] = ImportsJson();
            compile.CacheImports.AddRange(request.CacheFrom.Select(c => new GatewayCache { Type = c.Type, Attrs = { c.Attributes.ToDictionary() } }));
        }

        foreach ((string name, LinkedResult link) in request.Links)
        {
            link.AddTo(compile, name);
        }

        return compile;
    }

    private string ImportsJson()
    {
        using var text = new MemoryStream();
        using (var writer = new Utf8JsonWriter(text))
        {
            writer.WriteStartArray();
            foreach (CacheLocation cache in request.CacheFrom)
            {
                writer.WriteStartObject();
                writer.WriteString("Type", cache.Type);
                writer.WriteStartObject("Attrs");
                foreach ((string name, string value) in cache.Attributes)
                {
                    writer.WriteString(name, value);
                }

                writer.WriteEndObject();
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }

        return System.Text.Encoding.UTF8.GetString(text.ToArray());
    }

    private async Task WatchAsync(CancellationToken life)
    {
        try
        {
            using AsyncServerStreamingCall<StatusResponse> call = connection.Control.Status(new StatusRequest { Ref = request.Id }, cancellationToken: life);
            while (await call.ResponseStream.MoveNext(life).ConfigureAwait(false))
            {
                StatusResponse status = call.ResponseStream.Current;
                progress.Report(ProgressReader.Read(status));
                if (status.Vertexes.Any(v => v.Error.Length > 0))
                {
                    _failureSeen.TrySetResult();
                }
            }
        }
        catch (Exception e) when (e is RpcException or OperationCanceledException)
        {
            // How the build ends, its own call says.
        }
    }

    // The builder ends the build with that, and so ends the progress.
    private async Task ReturnFailureAsync(BuilderException failure)
    {
        if (_solving!.IsCompleted)
        {
            return;
        }

        try
        {
            await connection.Gateway.ReturnAsync(new ReturnRequest { Error = failure.Status }, Header, cancellationToken: _ended.Token).ResponseAsync.ConfigureAwait(false);
            await ((Task)_solving).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        catch (RpcException)
        {
            // The build has ended for the reason that is told already.
        }
    }
}

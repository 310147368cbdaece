using Grpc.Core;
using Quai.Build.Frontends;
using Quai.Build.Graphs;
using Quai.Build.Jobs;
using Quai.Build.Progress;
using Quai.Build.Sessions;
using Quai.BuildKit.Builds;
using Quai.BuildKit.Controls;
using Quai.BuildKit.Failures;
using Quai.BuildProtocol.Gateway;
using Quai.BuildTransfer;
using Quai.Errors;

namespace Quai.BuildKit.Gateways;

/// <summary>
/// What a client asks for that drives its build itself, and a frontend that is an image. The files of containers in which programs run it does not tell, and answers that as
/// unimplemented.
/// </summary>
/// <param name="buildOf">The build that a call is for.</param>
/// <param name="asked">Takes what a build asks a frontend for: the build's id, the frontend, and its attributes.</param>
/// <param name="worker">What clients are told of the builder.</param>
internal sealed class GatewayService(
    Func<ServerCallContext, Task<GatewayBuild>> buildOf, Action<string, string, IEnumerable<KeyValuePair<string, string>>> asked, WorkerIdentity worker) : LLBBridge.LLBBridgeBase
{
    /// <inheritdoc/>
    public override Task<PongResponse> Ping(PingRequest request, ServerCallContext context) => Task.FromResult(new PongResponse
    {
        FrontendAPICaps = { Capabilities.Gateway },
        LLBCaps = { Capabilities.Graph },
        Workers = { WorkerMessages.Of(worker) },
    });

    /// <inheritdoc/>
    public override Task<SolveResponse> Solve(SolveRequest request, ServerCallContext context) => InBuildAsync(context, async (build, cancellation) =>
    {
        if (request.Frontend.Length > 0)
        {
            asked(build.Host.Id, request.Frontend, request.FrontendOpt);
        }

        return await KeepingFailedAsync(build, () => SolveAsync(build, request, cancellation));
    });

    private static async Task<SolveResponse> SolveAsync(GatewayBuild build, SolveRequest request, CancellationToken cancellation)
    {
        build.Host.ImportCache([.. request.CacheImports.Select(c => new CacheReference(c.Type, c.Attrs.ToDictionary()))]);
        SolveResult result = request.Frontend.Length > 0
            ? await build.Host.RunFrontendAsync(request.Frontend, new FrontendRequest(request.FrontendOpt.ToDictionary(), request.FrontendInputs.ToDictionary()), cancellation)
            : new SolveResult { Ref = request.Definition?.Def.Count > 0 ? await build.Host.SolveAsync(request.Definition, cancellation) : null };
        if (request.Evaluate)
        {
            IEnumerable<IBuildRef?> all = result.Refs?.Values ?? [result.Ref];
            await Task.WhenAll(all.OfType<IBuildRef>().Select(r => r.EvaluateAsync(cancellation)));
        }

        return request.AllowResultReturn
            ? new SolveResponse { Result = GatewayResults.Write(result, build, request.AllowResultArrayRef) }
            : new SolveResponse { Ref = result.Refs is null ? build.Keep(result.Ref) : throw QuaiException.Invalid("the client does not understand several results") };
    }

    /// <inheritdoc/>
    public override Task<NewContainerResponse> NewContainer(NewContainerRequest request, ServerCallContext context) => InBuildAsync(context, async (build, cancellation) =>
    {
        var wanted = new ContainerRequest([.. request.Mounts.Select(m => new ContainerMount(m, build.Find(m.ResultID)))])
        {
            Network = request.Network,
            ExtraHosts = request.ExtraHosts,
            Hostname = request.Hostname,
        };
        await build.OpenAsync(request.ContainerID, wanted, cancellation);
        return new NewContainerResponse();
    });

    /// <inheritdoc/>
    public override Task<ReleaseContainerResponse> ReleaseContainer(ReleaseContainerRequest request, ServerCallContext context) => InBuildAsync(context, async (build, _) =>
    {
        await build.ReleaseAsync(request.ContainerID);
        return new ReleaseContainerResponse();
    });

    /// <inheritdoc/>
    public override Task ExecProcess(IAsyncStreamReader<ExecMessage> requestStream, IServerStreamWriter<ExecMessage> responseStream, ServerCallContext context) =>
        InBuildAsync(context, async (build, cancellation) =>
        {
            using var stream = new ExecStream(build, requestStream, responseStream);
            await stream.RunAsync(cancellation);
            return true;
        });

    /// <inheritdoc/>
    public override Task<ResolveImageConfigResponse> ResolveImageConfig(ResolveImageConfigRequest request, ServerCallContext context) => InBuildAsync(context, async (build, cancellation) =>
    {
        if (request.ResolverType != 0)
        {
            throw new QuaiException(ErrorKind.NotImplemented, "asking for the configuration of an image of an OCI layout is not available in this version of Quai");
        }

        var question = new ImageQuestion(request.Ref, PlatformMessages.Read(request.Platform), request.ResolveMode) { LogName = request.LogName };
        ResolvedImage image = await build.Host.ResolveImageAsync(question, cancellation);
        return new ResolveImageConfigResponse { Ref = image.Reference, Digest = image.Digest?.ToString() ?? "", Config = Google.Protobuf.ByteString.CopyFrom(image.Config) };
    });

    /// <inheritdoc/>
    public override Task<ResolveSourceMetaResponse> ResolveSourceMeta(ResolveSourceMetaRequest request, ServerCallContext context) => InBuildAsync(context, async (build, cancellation) =>
    {
        BuildProtocol.Llb.SourceOp source = request.Source ?? throw QuaiException.Invalid("no source is given");
        if (!source.Identifier.StartsWith(SourceSchemes.Image, StringComparison.Ordinal))
        {
            // Of other sources there is nothing to know before they are fetched.
            return new ResolveSourceMetaResponse { Source = source };
        }

        var question = new ImageQuestion(source.Identifier[SourceSchemes.Image.Length..], PlatformMessages.Read(request.Platform), request.ResolveMode) { LogName = request.LogName };
        ResolvedImage image = await build.Host.ResolveImageAsync(question, cancellation);
        var answer = new ResolveSourceImageResponse { Digest = image.Digest?.ToString() ?? "" };
        if (request.Image?.NoConfig != true)
        {
            answer.Config = Google.Protobuf.ByteString.CopyFrom(image.Config);
        }

        BuildProtocol.Llb.SourceOp resolved = source.Clone();
        resolved.Identifier = SourceSchemes.Image + image.Reference;
        return new ResolveSourceMetaResponse { Source = resolved, Image = answer };
    });

    /// <inheritdoc/>
    public override Task<ReadFileResponse> ReadFile(ReadFileRequest request, ServerCallContext context) => InBuildAsync(context, async (build, cancellation) =>
    {
        byte[] data = await Tree(build, request.Ref, request.FilePath).ReadFileAsync(
            request.FilePath, request.Range?.Offset ?? 0, request.Range is { Length: > 0 } range ? range.Length : null, cancellation);
        return new ReadFileResponse { Data = Google.Protobuf.UnsafeByteOperations.UnsafeWrap(data) };
    });

    /// <inheritdoc/>
    public override Task<ReadDirResponse> ReadDir(ReadDirRequest request, ServerCallContext context) => InBuildAsync(context, async (build, cancellation) =>
    {
        IReadOnlyList<ContextEntry> entries = await Tree(build, request.Ref, request.DirPath).ReadDirectoryAsync(
            request.DirPath, request.IncludePattern.Length > 0 ? request.IncludePattern : null, cancellation);
        return new ReadDirResponse { Entries = { entries.Select(FileStats.Write) } };
    });

    /// <inheritdoc/>
    public override Task<StatFileResponse> StatFile(StatFileRequest request, ServerCallContext context) => InBuildAsync(context, async (build, cancellation) =>
        new StatFileResponse { Stat = FileStats.Write(await Tree(build, request.Ref, request.Path).StatAsync(request.Path, cancellation)) });

    /// <inheritdoc/>
    public override Task<EvaluateResponse> Evaluate(EvaluateRequest request, ServerCallContext context) => InBuildAsync(context, async (build, cancellation) =>
    {
        await KeepingFailedAsync(build, async () =>
        {
            await (build.Find(request.Ref)?.EvaluateAsync(cancellation) ?? Task.CompletedTask);
            return true;
        });
        return new EvaluateResponse();
    });

    /// <inheritdoc/>
    public override Task<InputsResponse> Inputs(InputsRequest request, ServerCallContext context) => InBuildAsync(context, (build, _) =>
        Task.FromResult(new InputsResponse { Definitions = { build.Inputs.ToDictionary() } }));

    /// <inheritdoc/>
    public override Task<WarnResponse> Warn(WarnRequest request, ServerCallContext context) => InBuildAsync(context, (build, _) =>
    {
        build.Host.Warn(new WarningEvent(request.Digest, (int)request.Level, request.Short.ToStringUtf8())
        {
            Detail = [.. request.Detail.Select(d => d.ToStringUtf8())],
            Url = request.Url,
            Source = request.Info,
            Ranges = [.. request.Ranges],
        });
        return Task.FromResult(new WarnResponse());
    });

    /// <inheritdoc/>
    public override Task<ReturnResponse> Return(ReturnRequest request, ServerCallContext context) => InBuildAsync(context, (build, _) =>
    {
        build.Return(request);
        return Task.FromResult(new ReturnResponse());
    });

    private static IBuildRef Tree(GatewayBuild build, string id, string path) => build.Find(id) ?? throw QuaiException.NotFound($"{path}: no such file or directory");

    /// <summary>Solves, and where a step's program fails says by which names of this build its files can be looked at.</summary>
    private static async Task<T> KeepingFailedAsync<T>(GatewayBuild build, Func<Task<T>> solve)
    {
        try
        {
            return await solve();
        }
        catch (Exception e) when (FailedSolveException.LeftOf(e) is { } left)
        {
            throw new FailedSolveException(left.Op, [.. build.Host.InputsOf(left).Select(build.Keep)], [.. build.Host.FilesOf(left).Select(build.Keep)], e);
        }
    }

    private async Task<T> InBuildAsync<T>(ServerCallContext context, Func<GatewayBuild, CancellationToken, Task<T>> call)
    {
        GatewayBuild build = await buildOf(context);
        using var life = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, build.Host.Stopped);
        return await call(build, life.Token);
    }
}

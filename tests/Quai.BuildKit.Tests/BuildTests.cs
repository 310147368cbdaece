using System.Diagnostics;
using System.Text;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Quai.Build.Caching;
using Quai.Build.Frontends;
using Quai.Build.Jobs;
using Quai.Build.Progress;
using Quai.BuildKit.Tests.Clients;
using Quai.BuildKit.Tests.Fakes;
using Quai.BuildProtocol.Control;
using Quai.BuildProtocol.Errors;
using Quai.BuildProtocol.Gateway;
using Quai.BuildProtocol.Health;
using Quai.BuildProtocol.Llb;
using Quai.BuildProtocol.Workers;
using Quai.Errors;
using ControlSolve = Quai.BuildProtocol.Control.SolveRequest;
using GatewaySolve = Quai.BuildProtocol.Gateway.SolveRequest;
using RpcStatus = Quai.BuildProtocol.Errors.Status;

namespace Quai.BuildKit.Tests;

/// <summary>Builds, as clients ask for them, drive them and watch them.</summary>
public sealed class BuildTests : IAsyncLifetime
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);
    private BuildHost _host = null!;
    private BuildClient _client = null!;

    public async Task InitializeAsync()
    {
        _host = await BuildHost.StartAsync();
        _client = await BuildClient.ConnectAsync(_host.SocketPath);
    }

    public async Task DisposeAsync()
    {
        _client.Dispose();
        await _host.DisposeAsync();
    }

    [Fact]
    public async Task A_client_drives_its_build_and_returns_the_result()
    {
        IReadOnlyList<ExportRequest>? exports = null;
        SolveResult? exported = null;
        FrontendRequest? asked = null;
        var graph = new Definition { Def = { ByteString.CopyFromUtf8("op") } };
        var tree = new FakeRef(graph);
        _host.Builder.Frontend = (job, name, request, _) =>
        {
            asked = request;
            job.Tell(new VertexEvent("sha256:1", "[1/1] " + name) { StartedAt = DateTimeOffset.UnixEpoch, Group = new Quai.Build.Progress.ProgressGroup("g", "G", true) });
            job.Tell(new LogEvent("sha256:1", 1, "hello"u8.ToArray(), DateTimeOffset.UnixEpoch));
            return Task.FromResult(new SolveResult { Ref = tree, Metadata = new Dictionary<string, byte[]> { ["containerimage.config"] = [1, 2] } });
        };
        _host.Builder.Export = (_, result, requests, _) =>
        {
            (exported, exports) = (result, requests);
            return Task.FromResult<IReadOnlyDictionary<string, string>>(new Dictionary<string, string> { ["image.name"] = "l:1" });
        };
        await using SessionClient session = await SessionClient.ConnectAsync(_host.SocketPath, "s", _ => { });
        Task<List<StatusResponse>> watching = WatchAsync("b");
        var input = new Definition { Def = { ByteString.CopyFromUtf8("input") } };
        var request = new ControlSolve
        {
            Ref = "b",
            Session = "s",
            ExporterDeprecated = "moby",
            Exporters = { new Exporter { Type = "moby", Attrs = { ["name"] = "l:1" } }, new Exporter { Type = "tar" } },
            FrontendInputs = { ["in"] = input },
            Entitlements = { "network.host" },
        };
        Task<BuildProtocol.Control.SolveResponse> solving = _client.Control.SolveAsync(request).ResponseAsync;
        Grpc.Core.Metadata of = BuildClient.Of("b");
        PongResponse pong = await _client.Gateway.PingAsync(new PingRequest(), of);
        Assert.Contains("return", pong.FrontendAPICaps.Where(c => c.Enabled).Select(c => c.ID));
        Assert.Contains("exporter.multiple", pong.LLBCaps.Select(c => c.ID));
        var solve = new GatewaySolve { Frontend = "dockerfile.v0", FrontendOpt = { ["target"] = "t" }, FrontendInputs = { ["x"] = graph }, AllowResultReturn = true, AllowResultArrayRef = true, Evaluate = true };
        Result result = (await _client.Gateway.SolveAsync(solve, of)).Result;
        Assert.Equal((1, graph, "t"), (tree.Evaluations, result.Ref.Def, asked!.Attributes["target"]));
        Assert.Equal(graph, asked.Inputs["x"]);
        Assert.Equal(input, (await _client.Gateway.InputsAsync(new InputsRequest(), of)).Definitions["in"]);
        await _client.Gateway.WarnAsync(new WarnRequest { Digest = "sha256:1", Level = 1, Short = ByteString.CopyFromUtf8("careful"), Detail = { ByteString.CopyFromUtf8("more") } }, of);
        Assert.False(solving.IsCompleted);
        await _client.Gateway.ReturnAsync(new ReturnRequest { Result = result }, of);
        Assert.Equal("l:1", (await solving.WaitAsync(s_patience)).ExporterResponse["image.name"]);
        Assert.Same(tree, exported!.Ref);
        Assert.Equal([1, 2], exported.Metadata["containerimage.config"]);
        Assert.Equal([("moby", 0), ("tar", 1)], exports!.Select(e => (e.Type, e.Index)));
        List<StatusResponse> told = await watching.WaitAsync(s_patience);
        Assert.Equal("[1/1] dockerfile.v0", told.SelectMany(t => t.Vertexes).Single().Name);
        Assert.Equal("G", told.SelectMany(t => t.Vertexes).Single().ProgressGroup.Name);
        Assert.Equal("hello", told.SelectMany(t => t.Logs).Single().Msg.ToStringUtf8());
        Assert.Equal("careful", told.SelectMany(t => t.Warnings).Single().Short.ToStringUtf8());
        FakeJob job = _host.Builder.All.Single();
        Assert.Equal(("s", "network.host", false), (job.Options.Session!.Id, job.Options.Entitlements.Single(), job.Options.IsInternal));
        await job.Over.WaitAsync(s_patience);
        Assert.False(job.WasStopped);
    }

    [Fact]
    public async Task A_frontend_that_the_request_names_is_run_at_once_and_older_clients_are_understood()
    {
        IReadOnlyList<ExportRequest>? exports = null;
        _host.Builder.Frontend = (_, name, request, _) => Task.FromResult(new SolveResult { Ref = new FakeRef(new Definition()), Metadata = new Dictionary<string, byte[]> { [name] = Encoding.UTF8.GetBytes(request.Attributes["a"]) } });
        _host.Builder.Export = (_, result, requests, _) =>
        {
            exports = requests;
            return Task.FromResult<IReadOnlyDictionary<string, string>>(result.Metadata.ToDictionary(m => m.Key, m => Encoding.UTF8.GetString(m.Value)));
        };
        var request = new ControlSolve { Ref = "b", Frontend = "f", FrontendAttrs = { ["a"] = "1" }, ExporterDeprecated = "image", ExporterAttrsDeprecated = { ["name"] = "n" } };
        Assert.Equal("1", (await _client.Control.SolveAsync(request)).ExporterResponse["f"]);
        Assert.Equal(("image", "n", 0), (exports!.Single().Type, exports![0].Attributes["name"], exports![0].Index));

        // A graph without a frontend.
        request = new ControlSolve { Ref = "c", Definition = new Definition { Def = { ByteString.CopyFromUtf8("op") } }, Internal = true };
        await _client.Control.SolveAsync(request);
        Assert.Empty(exports!);
        Assert.True(_host.Builder.All.Last().Options.IsInternal);
    }

    [Fact]
    public async Task Results_of_several_platforms_and_files_are_read()
    {
        var tree = new FakeRef(new Definition { Def = { ByteString.CopyFromUtf8("op") } });
        SolveResult? exported = null;
        _host.Builder.Frontend = (_, _, _, _) => Task.FromResult(new SolveResult { Refs = new Dictionary<string, IBuildRef?> { ["linux/amd64"] = tree, ["linux/arm64"] = null } });
        _host.Builder.Export = (_, result, _, _) =>
        {
            exported = result;
            return Task.FromResult<IReadOnlyDictionary<string, string>>(new Dictionary<string, string>());
        };
        Task solving = _client.Control.SolveAsync(new ControlSolve { Ref = "b" }).ResponseAsync;
        Grpc.Core.Metadata of = BuildClient.Of("b");
        Result result = (await _client.Gateway.SolveAsync(new GatewaySolve { Frontend = "f", AllowResultReturn = true, AllowResultArrayRef = true }, of)).Result;
        Result older = (await _client.Gateway.SolveAsync(new GatewaySolve { Frontend = "f", AllowResultReturn = true }, of)).Result;
        Assert.Equal("", older.RefsDeprecated.Refs["linux/arm64"]);
        string id = result.Refs.Refs["linux/amd64"].Id;
        Assert.Equal("2+5", (await _client.Gateway.ReadFileAsync(new ReadFileRequest { Ref = id, FilePath = "/hello", Range = new FileRange { Offset = 2, Length = 5 } }, of)).Data.ToStringUtf8());
        Assert.Equal("0+", (await _client.Gateway.ReadFileAsync(new ReadFileRequest { Ref = id, FilePath = "/hello" }, of)).Data.ToStringUtf8());
        Assert.Equal(["hello", "*.x"], (await _client.Gateway.ReadDirAsync(new ReadDirRequest { Ref = id, DirPath = "/", IncludePattern = "*.x" }, of)).Entries.Select(e => e.Path));
        Assert.Equal((1u << 23) | 0x1edu, (await _client.Gateway.StatFileAsync(new StatFileRequest { Ref = id, Path = "/hello" }, of)).Stat.Mode);
        await _client.Gateway.EvaluateAsync(new EvaluateRequest { Ref = id }, of);
        Assert.Equal(1, tree.Evaluations);
        await FailsAsync(StatusCode.Unknown, "open /no: no such file or directory", async () => await _client.Gateway.ReadFileAsync(new ReadFileRequest { Ref = id, FilePath = "/no" }, of));
        await FailsAsync(StatusCode.Unknown, "no such ref: nope", async () => await _client.Gateway.EvaluateAsync(new EvaluateRequest { Ref = "nope" }, of));
        await FailsAsync(StatusCode.Unimplemented, "", async () => await _client.Gateway.ReadFileContainerAsync(new ReadFileRequest(), of));
        await FailsAsync(StatusCode.Unknown, "container details for nope not found", async () => await _client.Gateway.ReleaseContainerAsync(new ReleaseContainerRequest { ContainerID = "nope" }, of));
        ResolveImageConfigResponse image = await _client.Gateway.ResolveImageConfigAsync(new ResolveImageConfigRequest { Ref = "docker.io/library/a", ResolveMode = "pull", LogName = "l", Platform = new Platform { OS = "linux", Architecture = "arm64" } }, of);
        Assert.Equal(("docker.io/library/a@resolved", "{}"), (image.Ref, image.Config.ToStringUtf8()));
        ImageQuestion asked = _host.Builder.All.Last().Asked!;
        Assert.Equal(("pull", "l", "linux/arm64"), (asked.Mode, asked.LogName, asked.Platform!.ToString()));
        ResolveSourceMetaResponse meta = await _client.Gateway.ResolveSourceMetaAsync(new ResolveSourceMetaRequest { Source = new SourceOp { Identifier = "docker-image://a" } }, of);
        Assert.Equal(("docker-image://a@resolved", "{}"), (meta.Source.Identifier, meta.Image.Config.ToStringUtf8()));
        meta = await _client.Gateway.ResolveSourceMetaAsync(new ResolveSourceMetaRequest { Source = new SourceOp { Identifier = "git://a" } }, of);
        Assert.Equal(("git://a", null), (meta.Source.Identifier, meta.Image));
        await _client.Gateway.ReturnAsync(new ReturnRequest { Result = result }, of);
        await FailsAsync(StatusCode.Unknown, "build b has returned already", async () => await _client.Gateway.ReturnAsync(new ReturnRequest(), of));
        await solving.WaitAsync(s_patience);
        Assert.Same(tree, exported!.Refs!["linux/amd64"]);
        Assert.Null(exported.Refs["linux/arm64"]);
    }

    [Fact]
    public async Task A_failure_shows_the_place_in_the_source_and_comes_back_from_the_client_as_it_is()
    {
        var source = new SourceInfo { Filename = "Dockerfile", Data = ByteString.CopyFromUtf8("FROM x\nRUN false\n"), Language = "Dockerfile" };
        var range = new BuildProtocol.Llb.Range { Start = new Position { Line = 2 }, End = new Position { Line = 2 } };
        _host.Builder.Frontend = (_, _, _, _) => throw new SourceException(ErrorKind.System, "process \"/bin/sh -c false\" did not complete successfully: exit code: 1", source, [range]);
        Task solving = _client.Control.SolveAsync(new ControlSolve { Ref = "b" }).ResponseAsync;
        RpcException failed = await Assert.ThrowsAsync<RpcException>(async () => await _client.Gateway.SolveAsync(new GatewaySolve { Frontend = "f" }, BuildClient.Of("b")));
        Assert.Equal(StatusCode.Unknown, failed.StatusCode);
        RpcStatus status = RpcStatus.Parser.ParseFrom(failed.Trailers.GetValueBytes("grpc-status-details-bin"));
        Any detail = Assert.Single(status.Details);
        Assert.Equal("errdefs.Source", detail.TypeUrl);
        Assert.Equal(2, BuildProtocol.Errors.Source.Parser.ParseFrom(detail.Value).Ranges.Single().Start.Line);
        await _client.Gateway.ReturnAsync(new ReturnRequest { Error = status }, BuildClient.Of("b"));
        RpcException forwarded = await Assert.ThrowsAsync<RpcException>(() => solving.WaitAsync(s_patience));
        Assert.Equal(failed.Status.Detail, forwarded.Status.Detail);
        Assert.Equal(status, RpcStatus.Parser.ParseFrom(forwarded.Trailers.GetValueBytes("grpc-status-details-bin")));
        await _host.Builder.All.Single().Over.WaitAsync(s_patience);
    }

    [Fact]
    public async Task What_is_not_there_is_said()
    {
        await FailsAsync(StatusCode.Unknown, "the build has no id", async () => await _client.Control.SolveAsync(new ControlSolve()));
        await FailsAsync(StatusCode.Unimplemented, "source policies that the client is asked for source by source are not available in this version of Quai", async () =>
            await _client.Control.SolveAsync(new ControlSolve { Ref = "b", SourcePolicySession = "s" }));
        await FailsAsync(StatusCode.Unknown, "the call does not say which build it is for", async () => await _client.Gateway.SolveAsync(new GatewaySolve()));
        await FailsAsync(StatusCode.Unknown, "no active session for gone: context deadline exceeded", async () => await _client.Control.SolveAsync(new ControlSolve { Ref = "b", Session = "gone" }));
        await FailsAsync(StatusCode.Unknown, "no record of build gone", async () => await _client.Control.UpdateBuildHistoryAsync(new UpdateBuildHistoryRequest { Ref = "gone" }));
        using AsyncServerStreamingCall<BuildHistoryEvent> history = _client.Control.ListenBuildHistory(new BuildHistoryRequest { EarlyExit = true });
        Assert.False(await history.ResponseStream.MoveNext());
        await FailsAsync(StatusCode.Unknown, "invalid filter \"nonsense\"", () => _client.Control.ListenBuildHistory(new BuildHistoryRequest { EarlyExit = true, Filter = { "nonsense" } }).ResponseStream.MoveNext());
        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, (await new Health.HealthClient(_client.Invoker).CheckAsync(new HealthCheckRequest())).Status);
    }

    [Fact]
    public async Task The_builder_and_its_cache_are_listed()
    {
        WorkerRecord worker = Assert.Single((await _client.Control.ListWorkersAsync(new ListWorkersRequest())).Record);
        Assert.Equal(("worker", "overlayfs", "172.17.0.1"), (worker.ID, worker.Labels["org.mobyproject.buildkit.worker.snapshotter"], worker.Labels["org.mobyproject.buildkit.worker.moby.host-gateway-ip"]));
        Assert.Equal("386", worker.Platforms[1].Architecture);
        Assert.Equal("v1.2.3", (await _client.Control.InfoAsync(new InfoRequest())).BuildkitVersion.Version);
        _host.Builder.Records.Add(new CacheRecord("one", "regular") { Size = 5, CreatedAt = DateTimeOffset.UtcNow - TimeSpan.FromDays(2), Parents = ["p"] });
        _host.Builder.Records.Add(new CacheRecord("two", "exec.cachemount") { CreatedAt = DateTimeOffset.UtcNow, IsMutable = true });
        Assert.Equal(["one", "two"], (await _client.Control.DiskUsageAsync(new DiskUsageRequest { Filter = { "" } })).Record.Select(r => r.ID));
        Assert.Empty(_host.Builder.Filters!);
        Assert.Equal(["one"], (await _client.Control.DiskUsageAsync(new DiskUsageRequest { AgeLimit = 86_400_000_000_000 })).Record.Select(r => r.ID));
        using AsyncServerStreamingCall<UsageRecord> pruning = _client.Control.Prune(new PruneRequest { Filter = { "", "type==regular" }, All = true, KeepDuration = 1_000_000_000 });
        List<UsageRecord> pruned = [];
        await foreach (UsageRecord record in pruning.ResponseStream.ReadAllAsync())
        {
            pruned.Add(record);
        }

        Assert.Equal((2, 5L, "p"), (pruned.Count, pruned[0].Size, pruned[0].Parents.Single()));
        Assert.Equal((TimeSpan.FromSeconds(1), true, "type==regular"), (_host.Builder.Pruned!.KeepDuration, _host.Builder.Pruned.IncludesInternal, _host.Builder.Pruned.Filters.Single()));
    }

    [Fact]
    public async Task A_build_is_stopped_by_its_client_by_a_request_and_by_the_clients_end()
    {
        int running = 0;
        _host.Builder.Frontend = async (_, _, _, cancellation) =>
        {
            Interlocked.Increment(ref running);
            await Task.Delay(Timeout.Infinite, cancellation);
            throw new UnreachableException();
        };
        using var enough = new CancellationTokenSource();
        Task given = _client.Control.SolveAsync(new ControlSolve { Ref = "a", Frontend = "f" }, cancellationToken: enough.Token).ResponseAsync;
        Task asked = _client.Control.SolveAsync(new ControlSolve { Ref = "b", Frontend = "f" }).ResponseAsync;
        using BuildClient other = await BuildClient.ConnectAsync(_host.SocketPath);
        Task killed = other.Control.SolveAsync(new ControlSolve { Ref = "c", Frontend = "f" }).ResponseAsync;
        while (Volatile.Read(ref running) < 3)
        {
            await Task.Yield();
        }

        await enough.CancelAsync();
        await _host.Service.StopBuildAsync("b", default);
        other.Kill();
        await FailsAsync(StatusCode.Cancelled, null, () => given.WaitAsync(s_patience));
        await FailsAsync(StatusCode.Cancelled, "context canceled", () => asked.WaitAsync(s_patience));
        await Assert.ThrowsAnyAsync<RpcException>(() => killed.WaitAsync(s_patience));
        foreach (FakeJob job in _host.Builder.All)
        {
            await job.Over.WaitAsync(s_patience);
            Assert.True(job.WasStopped);
        }

        Assert.Equal(0, _host.Builder.Running);
    }

    [Fact]
    public async Task A_watcher_that_is_late_still_sees_the_end()
    {
        _host.Builder.Frontend = (job, _, _, _) =>
        {
            job.Tell(new StatusEvent("sha256:1", "part", 1, 2, DateTimeOffset.UnixEpoch, null));
            return Task.FromResult(new SolveResult());
        };
        await _client.Control.SolveAsync(new ControlSolve { Ref = "b", Frontend = "f" });
        List<StatusResponse> told = await WatchAsync("b").WaitAsync(s_patience);
        Assert.Equal(("part", 1L), told.SelectMany(t => t.Statuses).Select(s => (s.Name, s.Current)).Single());
    }

    [Fact]
    public async Task Two_hundred_builds_go_beside_each_other_on_one_connection()
    {
        _host.Builder.Frontend = (job, _, _, _) => Task.FromResult(new SolveResult { Ref = new FakeRef(new Definition()) });
        await Task.WhenAll(Enumerable.Range(0, 200).Select(async i =>
        {
            string id = $"b{i}";
            Task<List<StatusResponse>> watching = WatchAsync(id);
            Task solving = _client.Control.SolveAsync(new ControlSolve { Ref = id }).ResponseAsync;
            Result result = (await _client.Gateway.SolveAsync(new GatewaySolve { Frontend = "f", AllowResultReturn = true, AllowResultArrayRef = true }, BuildClient.Of(id))).Result;
            await _client.Gateway.ReturnAsync(new ReturnRequest { Result = result }, BuildClient.Of(id));
            await solving;
            await watching;
        })).WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(200, _host.Builder.All.Count);
    }

    private async Task<List<StatusResponse>> WatchAsync(string id)
    {
        List<StatusResponse> all = [];
        using AsyncServerStreamingCall<StatusResponse> call = _client.Control.Status(new StatusRequest { Ref = id });
        await foreach (StatusResponse message in call.ResponseStream.ReadAllAsync())
        {
            all.Add(message);
        }

        return all;
    }

    private static async Task FailsAsync(StatusCode code, string? words, Func<Task> call)
    {
        RpcException failed = await Assert.ThrowsAsync<RpcException>(call);
        Assert.Equal((code, words ?? failed.Status.Detail), (failed.StatusCode, failed.Status.Detail));
    }
}

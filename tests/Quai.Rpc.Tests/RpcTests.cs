using Grpc.Core;
using Quai.BuildProtocol.Control;
using Quai.BuildProtocol.Health;
using Quai.Rpc.Calling;
using Xunit;

namespace Quai.Rpc.Tests;

/// <summary>Calls of all four kinds over a connection taken over, as clients of the builder and the builder itself make them.</summary>
public sealed class RpcTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task A_single_call_is_answered()
    {
        await using RpcPair pair = await RpcPair.StartAsync(b => Health.BindService(b, new HealthService()));
        var client = new Health.HealthClient(pair.Invoker);
        HealthCheckResponse answer = await client.CheckAsync(new HealthCheckRequest { Service = "yes" });
        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, answer.Status);
    }

    [Fact]
    public async Task A_failure_has_its_status_its_words_and_its_details()
    {
        await using RpcPair pair = await RpcPair.StartAsync(b => Health.BindService(b, new HealthService()));
        var client = new Health.HealthClient(pair.Invoker);
        RpcException told = await Assert.ThrowsAsync<RpcException>(async () => await client.CheckAsync(new HealthCheckRequest { Service = "told" }));
        Assert.Equal((StatusCode.NotFound, "no \"Schlüssel\" of 100 %\nhere"), (told.StatusCode, told.Status.Detail));
        RpcException thrown = await Assert.ThrowsAsync<RpcException>(async () => await client.CheckAsync(new HealthCheckRequest { Service = "thrown" }));
        Assert.Equal((StatusCode.Unknown, "broken"), (thrown.StatusCode, thrown.Status.Detail));
        Assert.Equal([1, 2, 255], thrown.Trailers.GetValueBytes("detail-bin"));
        RpcException unknown = await Assert.ThrowsAsync<RpcException>(async () => await new Control.ControlClient(pair.Invoker).InfoAsync(new InfoRequest()));
        Assert.Equal((StatusCode.Unimplemented, "unknown method /moby.buildkit.v1.Control/Info"), (unknown.StatusCode, unknown.Status.Detail));
    }

    [Fact]
    public async Task Values_of_one_header_come_as_several()
    {
        await using RpcPair pair = await RpcPair.StartAsync(b => Control.BindService(b, new ControlService()));
        var client = new Control.ControlClient(pair.Invoker);
        foreach (string[] values in (string[][])[["one"], ["one", "two, three", "four"], ["**", "!a b", "é\t\n", "%41"], [.. Enumerable.Range(0, 3000).Select(i => $"folder/file-{i}")]])
        {
            Metadata headers = [];
            StreamInvoker.AddAll(headers, "exclude-patterns", values);
            headers.Add("dir-name", "context");
            ListWorkersResponse answer = await client.ListWorkersAsync(new ListWorkersRequest(), headers);
            Assert.Equal(values, answer.Record.Select(r => r.ID));
        }
    }

    [Fact]
    public async Task Streams_go_both_ways_at_once_and_large_messages_pass()
    {
        await using RpcPair pair = await RpcPair.StartAsync(b => Control.BindService(b, new ControlService()));
        using AsyncDuplexStreamingCall<BytesMessage, BytesMessage> call = new Control.ControlClient(pair.Invoker).Session();
        foreach (int size in (int[])[0, 1, 70_000, 15 << 20])
        {
            byte[] sent = new byte[size];
            Random.Shared.NextBytes(sent);
            await call.RequestStream.WriteAsync(new BytesMessage { Data = Google.Protobuf.ByteString.CopyFrom(sent) });
            Assert.True(await call.ResponseStream.MoveNext().WaitAsync(s_patience));
            Assert.Equal(sent, call.ResponseStream.Current.Data.ToByteArray());
        }

        await call.RequestStream.CompleteAsync();
        Assert.False(await call.ResponseStream.MoveNext().WaitAsync(s_patience));
    }

    [Fact]
    public async Task Hundreds_of_calls_are_open_beside_each_other()
    {
        await using RpcPair pair = await RpcPair.StartAsync(b => Control.BindService(b, new ControlService()));
        var client = new Control.ControlClient(pair.Invoker);
        AsyncDuplexStreamingCall<BytesMessage, BytesMessage>[] calls = [.. Enumerable.Range(0, 400).Select(_ => client.Session())];
        foreach (AsyncDuplexStreamingCall<BytesMessage, BytesMessage> call in calls)
        {
            await call.RequestStream.WriteAsync(new BytesMessage()).WaitAsync(s_patience);
        }

        foreach (AsyncDuplexStreamingCall<BytesMessage, BytesMessage> call in calls)
        {
            Assert.True(await call.ResponseStream.MoveNext().WaitAsync(s_patience));
            call.Dispose();
        }
    }

    [Fact]
    public async Task A_client_that_gives_up_is_noticed_and_one_that_is_cut_off_fails()
    {
        var service = new ControlService();
        await using RpcPair pair = await RpcPair.StartAsync(b => Control.BindService(b, service));
        var client = new Control.ControlClient(pair.Invoker);
        using (var enough = new CancellationTokenSource())
        {
            using AsyncServerStreamingCall<StatusResponse> waiting = client.Status(new StatusRequest(), cancellationToken: enough.Token);
            await service.Waiting.WaitAsync(s_patience);
            await enough.CancelAsync();
            await service.Cancelled.WaitAsync(s_patience);
        }

        using AsyncDuplexStreamingCall<BytesMessage, BytesMessage> open = client.Session();
        await open.RequestStream.WriteAsync(new BytesMessage());
        Assert.True(await open.ResponseStream.MoveNext());
        await pair.CutAsync().WaitAsync(s_patience);
        await Assert.ThrowsAsync<RpcException>(() => open.ResponseStream.MoveNext().WaitAsync(s_patience));
    }

    private sealed class HealthService : Health.HealthBase
    {
        public override Task<HealthCheckResponse> Check(HealthCheckRequest request, ServerCallContext context) => request.Service switch
        {
            "told" => throw new RpcException(new Status(StatusCode.NotFound, "no \"Schlüssel\" of 100 %\nhere")),
            "thrown" => throw new InvalidOperationException("broken"),
            _ => Task.FromResult(new HealthCheckResponse { Status = HealthCheckResponse.Types.ServingStatus.Serving }),
        };
    }

    private sealed class ControlService : Control.ControlBase
    {
        private readonly TaskCompletionSource _waiting = new(TaskCreationOptions.RunContinuationsAsynchronously), _cancelled = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Waiting => _waiting.Task;

        public Task Cancelled => _cancelled.Task;

        public override Task<ListWorkersResponse> ListWorkers(ListWorkersRequest request, ServerCallContext context)
        {
            var answer = new ListWorkersResponse();
            bool escaped = context.RequestHeaders.GetValue("exclude-patterns-encoded") == "1";
            answer.Record.Add(context.RequestHeaders.GetAll("exclude-patterns").Select(e => new BuildProtocol.Workers.WorkerRecord { ID = escaped ? Uri.UnescapeDataString(e.Value) : e.Value }));
            return Task.FromResult(answer);
        }

        public override async Task Session(IAsyncStreamReader<BytesMessage> requestStream, IServerStreamWriter<BytesMessage> responseStream, ServerCallContext context)
        {
            while (await requestStream.MoveNext(context.CancellationToken))
            {
                await responseStream.WriteAsync(requestStream.Current, context.CancellationToken);
            }
        }

        public override async Task Status(StatusRequest request, IServerStreamWriter<StatusResponse> responseStream, ServerCallContext context)
        {
            await using CancellationTokenRegistration told = context.CancellationToken.Register(() => _cancelled.TrySetResult());
            _waiting.TrySetResult();
            await Task.Delay(Timeout.Infinite, context.CancellationToken);
        }
    }
}

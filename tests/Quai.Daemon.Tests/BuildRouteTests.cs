using System.Net;
using System.Net.Sockets;
using System.Text;
using Grpc.Core;
using Microsoft.Extensions.Logging.Abstractions;
using Quai.Build.Jobs;
using Quai.Build.Sessions;
using Quai.BuildKit;
using Quai.BuildKit.Sessions;
using Quai.BuildKit.Tests.Clients;
using Quai.BuildKit.Tests.Fakes;
using Quai.BuildProtocol.Control;
using Quai.Oci.Images;

namespace Quai.Daemon.Tests;

/// <summary>The connections of builds, as the daemon takes them over.</summary>
public sealed class BuildRouteTests : IAsyncLifetime
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);
    private readonly FakeBuilder _builder = new();
    private BuildKitService _builds = null!;
    private TestServer _server = null!;

    public async Task InitializeAsync()
    {
        _builds = Compose(_builder);
        _server = await TestServer.StartAsync(tcp: true, builds: _builds);
    }

    public async Task DisposeAsync()
    {
        await _builds.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task A_connection_is_turned_into_grpc_and_another_into_a_session()
    {
        using BuildClient client = await BuildClient.ConnectAsync(_server.SocketPath);
        await using SessionClient session = await SessionClient.ConnectAsync(_server.SocketPath, "s", _ => { });
        IBuildSession? seen = null;
        _builder.Frontend = (job, _, _, _) =>
        {
            seen = job.Options.Session;
            return Task.FromResult(new SolveResult());
        };
        await client.Control.SolveAsync(new SolveRequest { Ref = "b", Session = "s", Frontend = "f" }).ResponseAsync.WaitAsync(s_patience);
        Assert.Equal("s", seen!.Id);
    }

    [Fact]
    public async Task Grpc_is_spoken_on_the_sockets_themselves_beside_http_1()
    {
        foreach (EndPoint to in (EndPoint[])[new UnixDomainSocketEndPoint(_server.SocketPath), new IPEndPoint(IPAddress.Loopback, _server.TcpPort)])
        {
            using BuildClient client = await BuildClient.ConnectStraightAsync(to);
            ListWorkersResponse[] answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => client.Control.ListWorkersAsync(new ListWorkersRequest()).ResponseAsync)).WaitAsync(s_patience);
            Assert.All(answers, a => Assert.Equal("w", a.Record.Single().ID));
        }

        Assert.Equal("OK", await _server.Client.GetStringAsync("/_ping"));
    }

    [Fact]
    public async Task The_first_bytes_may_come_one_by_one()
    {
        using Socket socket = await _server.ConnectAsync();
        foreach (byte b in "PRI * HTTP/1.1\r\n"u8.ToArray())
        {
            await socket.SendAsync(new[] { b });
        }

        // It only looked like HTTP/2: HTTP/1 answers, that there is no such thing.
        byte[] answer = new byte[12];
        await socket.ReceiveAsync(answer).WaitAsync(s_patience);
        Assert.StartsWith("HTTP/1.1 4", Encoding.ASCII.GetString(answer), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_that_is_killed_stops_its_build_and_so_does_a_request()
    {
        var begun = new SemaphoreSlim(0);
        _builder.Frontend = async (_, _, _, cancellation) =>
        {
            begun.Release();
            await Task.Delay(Timeout.Infinite, cancellation);
            return new SolveResult();
        };
        foreach (bool straight in (bool[])[false, true])
        {
            using BuildClient client = straight ? await BuildClient.ConnectStraightAsync(new UnixDomainSocketEndPoint(_server.SocketPath)) : await BuildClient.ConnectAsync(_server.SocketPath);
            Task solving = client.Control.SolveAsync(new SolveRequest { Ref = $"{straight}", Frontend = "f" }).ResponseAsync;
            Assert.True(await begun.WaitAsync(s_patience));
            client.Kill();
            await _builder.All.Last().Over.WaitAsync(s_patience);
            await Assert.ThrowsAsync<RpcException>(() => solving.WaitAsync(s_patience));
        }

        using BuildClient other = await BuildClient.ConnectAsync(_server.SocketPath);
        Task stopped = other.Control.SolveAsync(new SolveRequest { Ref = "x", Frontend = "f" }).ResponseAsync;
        Assert.True(await begun.WaitAsync(s_patience));
        using HttpResponseMessage answer = await _server.Client.PostAsync("/v1.41/build/cancel?id=x", null);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(StatusCode.Cancelled, (await Assert.ThrowsAsync<RpcException>(() => stopped.WaitAsync(s_patience))).StatusCode);
    }

    [Fact]
    public async Task What_is_no_upgrade_is_refused()
    {
        foreach (string path in (string[])["/grpc", "/session", "/build/cancel"])
        {
            using HttpResponseMessage answer = await _server.Client.PostAsync(path, null);
            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        }
    }

    private static BuildKitService Compose(FakeBuilder builder) =>
        new(builder, new BuildSessions(), builder, new FakeHistory(), new WorkerIdentity("w", "1", () => [Platform.Host]), NullLogger.Instance);
}

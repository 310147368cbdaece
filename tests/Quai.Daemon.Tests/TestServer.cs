using System.Net;
using System.Net.Sockets;
using System.Text;
using Quai.Rpc.TakenOver;
using Quai.Api.System;
using Quai.BuildKit;
using Quai.Daemon.Configuration;
using Quai.Daemon.Hosting;
using Quai.Daemon.Http;
using Quai.Daemon.Logging;
using Quai.Daemon.Tests.Fakes;
using Quai.Engine;
using Quai.Metadata;
using Quai.Plugins.Discovery;
using Quai.Plugins.Volumes;
using Quai.Plugins;
using Quai.Volumes;

namespace Quai.Daemon.Tests;

/// <summary>The API on a real unix socket (and TCP, if asked), over fakes of the engine.</summary>
internal sealed class TestServer : IAsyncDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("quaid").FullName;
    private MetadataDatabase _database = null!;
    private VolumeStore _volumes = null!;
    private Lifetime.Activity _activity = null!;
    private ApiServer _server = null!;

    public FakeContainers Containers { get; } = new();

    public FakeFiles Files { get; } = new();

    public FakeExecs Execs { get; } = new();

    public FakeEvents Events { get; } = new();

    public FakeImages Images { get; } = new();

    public FakeRegistries Registries => field ??= new FakeRegistries(Images);

    public FakeNetworks Networks { get; } = new();

    public MemoryStream Log { get; } = new();

    public string SocketPath => Path.Combine(_directory, "q.sock");

    public int TcpPort { get; private set; }

    public HttpClient Client { get; private set; } = null!;

    public static async Task<TestServer> StartAsync(bool tcp = false, TlsSettings? tls = null, BuildKitService? builds = null)
    {
        var server = new TestServer();
        var log = new TextLogger(server.Log, TimeProvider.System);
        server._database = MetadataDatabase.Open(Path.Combine(server._directory, "db"), VolumeStore.Migrations);
        server._volumes = VolumeStore.Open(Path.Combine(server._directory, "volumes"), server._database, new VolumePlugins(new PluginRegistry(new PluginDirectories("/nonexistent", []), new PluginLimits(), TimeProvider.System)), TimeProvider.System);
        server._activity = new Lifetime.Activity(TimeSpan.FromHours(1), static () => { }, TimeProvider.System);
        DaemonConfiguration configuration = DaemonConfiguration.From(Arguments.Parse(["--label", "a=b"]), ("", false));
        var backend = new Backend(server.Containers, server.Files, server.Execs, server.Events, server.Images, server.Registries, new FakeSignatures(), server.Networks, server._volumes, () => new SystemInfo(), () => configuration, builds);
        List<HostAddress> hosts = [HostAddress.Parse("unix://" + server.SocketPath, tls: false)];
        if (tcp)
        {
            server.TcpPort = FreePort();
            hosts.Add(HostAddress.Parse($"tcp://127.0.0.1:{server.TcpPort}", tls: false));
        }

        server._server = await ApiServer.StartAsync(hosts, tls, 0, new ApiApplication(Routes.Create(backend), log, server._activity, builds), new TakenOverConnections(), null, log, CancellationToken.None);
        server.Client = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellation) => new NetworkStream(await server.ConnectAsync(cancellation), ownsSocket: true),
        })
        {
            BaseAddress = new Uri("http://d"),
        };
        return server;
    }

    public async Task<Socket> ConnectAsync(CancellationToken cancellation = default)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(SocketPath), cancellation);
        return socket;
    }

    public async Task<Socket> ConnectTcpAsync()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, TcpPort);
        return socket;
    }

    /// <summary>Status and body of a request.</summary>
    public async Task<(int Status, string Body, HttpResponseMessage Response)> SendAsync(string method, string path, string? body = null, string? contentType = "application/json")
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
            if (contentType is not null)
            {
                request.Content.Headers.TryAddWithoutValidation("Content-Type", contentType);
            }
        }

        HttpResponseMessage response = await Client.SendAsync(request);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync(), response);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _server.StopAsync(now.Token);
        await _server.DisposeAsync();
        _activity.Dispose();
        _volumes.Dispose();
        await _database.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    private static int FreePort()
    {
        using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        probe.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)probe.LocalEndPoint!).Port;
    }
}

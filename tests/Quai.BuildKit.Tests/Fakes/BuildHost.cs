using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Quai.BuildKit.Sessions;
using Quai.Oci.Images;
using Quai.Rpc.TakenOver;

namespace Quai.BuildKit.Tests.Fakes;

/// <summary>As much of a daemon as builds need, on a real socket: connections that are taken over, and what clients ask before.</summary>
internal sealed class BuildHost : IAsyncDisposable, IHttpApplication<HttpContext>
{
    private readonly string _folder = Directory.CreateTempSubdirectory("quai-buildkit").FullName;
    private readonly KestrelServer _server;
    private readonly TakenOverConnections _connections = new();

    private BuildHost()
    {
        var options = new KestrelServerOptions();
        options.ListenUnixSocket(SocketPath, listen => listen.Protocols = HttpProtocols.Http1);
        options.ListenUnixSocket(StraightPath, listen => listen.Protocols = HttpProtocols.Http2);
        options.Listen(new TakenOverEndPoint(), listen => listen.Protocols = HttpProtocols.Http2);
        options.Limits.Http2.MaxStreamsPerConnection = 10_000;
        options.Limits.MinRequestBodyDataRate = null;
        options.Limits.MinResponseDataRate = null;
        options.Limits.MaxRequestBodySize = null;
        var transport = new TakenOverTransport(new SocketTransportFactory(Options.Create(new SocketTransportOptions()), NullLoggerFactory.Instance), _connections);
        _server = new KestrelServer(Options.Create(options), transport, NullLoggerFactory.Instance);
        Service = new BuildKitService(Builder, Sessions, Builder, new FakeHistory(), new WorkerIdentity("worker", "1.2.3", () => [Platform.Host, new Platform("linux", "386")]) { HostGateway = "172.17.0.1" }, NullLogger.Instance);
    }

    public FakeBuilder Builder { get; } = new();

    public BuildSessions Sessions { get; } = new();

    public BuildKitService Service { get; }

    public string SocketPath => Path.Combine(_folder, "d.sock");

    /// <summary>Where gRPC is spoken from the beginning.</summary>
    public string StraightPath => Path.Combine(_folder, "g.sock");

    public static async Task<BuildHost> StartAsync()
    {
        var host = new BuildHost();
        await host._server.StartAsync(host, CancellationToken.None);
        return host;
    }

    public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

    public async Task ProcessRequestAsync(HttpContext context)
    {
        if (BuildKitService.Speaks(context.Request))
        {
            await Service.HandleAsync(context);
            return;
        }

        string path = context.Request.Path.Value ?? "";
        context.Response.Headers["Api-Version"] = "1.50";
        context.Response.Headers["Ostype"] = "linux";
        switch (path.StartsWith("/v1.", StringComparison.Ordinal) ? path[path.IndexOf('/', 1)..] : path)
        {
            case "/_ping":
                context.Response.Headers["Builder-Version"] = "2";
                break;
            case "/version":
                context.Response.ContentType = "application/json";
                await context.Response.WriteAsync("""{"Version":"28.2.2","ApiVersion":"1.50","MinAPIVersion":"1.24","Os":"linux","Arch":"amd64"}""");
                break;
            case "/info":
                context.Response.ContentType = "application/json";
                await context.Response.WriteAsync("""{"ID":"x","Name":"x","OSType":"linux","Architecture":"x86_64","Driver":"overlay2","ServerVersion":"28.2.2"}""");
                break;
            case "/grpc":
                await _connections.ServeAsync(await UpgradeAsync(context), context.RequestAborted);
                break;
            case "/session":
                var offer = SessionOffer.Read(name => context.Request.Headers[name]);
                await Sessions.ServeAsync(offer, await UpgradeAsync(context), context.RequestAborted);
                break;
            default:
                context.Response.StatusCode = 404;
                break;
        }
    }

    public void DisposeContext(HttpContext context, Exception? exception)
    {
    }

    public async ValueTask DisposeAsync()
    {
        Service.StopBuilds();
        using (var enough = new CancellationTokenSource(500))
        {
            await _server.StopAsync(enough.Token);
        }

        _server.Dispose();
        await Service.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private static Task<Stream> UpgradeAsync(HttpContext context)
    {
        context.Response.Headers.Upgrade = "h2c";
        return context.Features.Get<IHttpUpgradeFeature>()!.UpgradeAsync();
    }
}

using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Quai.Build.Caching;
using Quai.Build.History;
using Quai.Build.Jobs;
using Quai.BuildKit.Builds;
using Quai.BuildKit.Controls;
using Quai.BuildKit.Failures;
using Quai.BuildKit.Gateways;
using Quai.BuildKit.Histories;
using Quai.BuildKit.Sessions;
using Quai.BuildProtocol.Content;
using Quai.BuildProtocol.Control;
using Quai.BuildProtocol.Gateway;
using Quai.BuildProtocol.Health;
using Quai.Errors;
using Quai.Rpc.Serving;

namespace Quai.BuildKit;

/// <summary>The builder as BuildKit's clients know it. What serves HTTP/2 passes it the requests of gRPC, and the connections of sessions go to <see cref="Sessions"/>.</summary>
public sealed class BuildKitService : IAsyncDisposable
{
    private const string BuildHeader = "buildkit-controlapi-buildid";

    private readonly RpcServer _server = new(CallFailures.Describe);
    private readonly ClientBuilds _builds;
    private readonly BuildHistories _histories;

    /// <param name="builder">Builds.</param>
    /// <param name="sessions">The clients' sessions.</param>
    /// <param name="cache">What builds left behind.</param>
    /// <param name="history">The builds that have ended.</param>
    /// <param name="worker">What clients are told of the builder.</param>
    /// <param name="log">What no client is told.</param>
    public BuildKitService(IBuilder builder, BuildSessions sessions, IBuildCache cache, IBuildHistory history, WorkerIdentity worker, ILogger log)
    {
        Sessions = sessions;
        _builds = new ClientBuilds(builder, log);
        _histories = new BuildHistories(history, log);
        Control.BindService(_server, new ControlService(_builds, builder, sessions, cache, _histories, worker));
        LLBBridge.BindService(_server, new GatewayService(BuildOfAsync, _histories.Asked, worker));
        Content.BindService(_server, new ContentService(history));
        Health.BindService(_server, new HealthService());
    }

    /// <summary>The clients' sessions.</summary>
    public BuildSessions Sessions { get; }

    /// <summary>Whether a request is one of gRPC.</summary>
    public static bool Speaks(HttpRequest request) => RpcServer.Speaks(request);

    /// <summary>Serves a call.</summary>
    /// <param name="http">A request of which <see cref="Speaks"/> says so.</param>
    public Task HandleAsync(HttpContext http) => _server.HandleAsync(http);

    /// <summary>Serves a request of a connection on which there is nothing but BuildKit's API.</summary>
    /// <exception cref="QuaiException">Kind NotFound: it is no call of gRPC.</exception>
    public Task ServeAloneAsync(HttpContext http) =>
        Speaks(http.Request) ? HandleAsync(http) : throw QuaiException.NotFound("this socket serves BuildKit's API alone, by gRPC: the engine's API is at the daemon's own socket");

    /// <summary>Stops a build, whoever has asked for it; where there is none, nothing.</summary>
    /// <param name="id">The build's id.</param>
    /// <param name="cancellation">Gives up.</param>
    public Task StopBuildAsync(string id, CancellationToken cancellation) => _builds.StopAsync(id, cancellation);

    /// <summary>Stops all builds, before the server does: a client whose build goes on keeps its connection.</summary>
    public void StopBuilds() => _builds.StopAll();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _builds.DisposeAsync().ConfigureAwait(false);
        await _histories.DrainAsync().ConfigureAwait(false);
    }

    // Clients say in a call's metadata which build it is for.
    private async Task<GatewayBuild> BuildOfAsync(ServerCallContext context)
    {
        string id = context.RequestHeaders.GetValue(BuildHeader) ?? throw QuaiException.Invalid("the call does not say which build it is for");
        return await _builds.GetAsync(id, context.CancellationToken).ConfigureAwait(false);
    }
}

using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Quai.BuildKit;
using Quai.BuildKit.Sessions;
using Quai.Daemon.Http;
using Quai.Errors;
using Quai.Rpc.TakenOver;

namespace Quai.Daemon.Builds;

/// <summary>
/// Building as BuildKit's clients do it. They open connections that leave HTTP/1: on <c>/grpc</c> the daemon serves HTTP/2 from then on, on <c>/session</c> the client does,
/// and the daemon calls.
/// </summary>
internal static class BuildRoutes
{
    private const string Protocol = "h2c";

    /// <summary>Adds the routes.</summary>
    /// <param name="router">Takes them.</param>
    /// <param name="builds">BuildKit's protocol.</param>
    /// <param name="classic">Builds by one request; null where only sessions build.</param>
    public static void Map(Router router, BuildKitService builds, ClassicBuild? classic)
    {
        if (classic is not null)
        {
            router.Add("POST", "/build", classic.RunAsync);
        }

        MapConnections(router, builds);
    }

    private static void MapConnections(Router router, BuildKitService builds) => router
        .Add("POST", "/grpc", async call =>
        {
            TakenOverConnections connections = call.Http.Features.Get<TakenOverConnections>() ?? throw new InvalidOperationException("the connection has no transport for HTTP/2");
            await connections.ServeAsync(await UpgradeAsync(call), call.Gone);
        })
        .Add("POST", "/session", async call =>
        {
            IHeaderDictionary headers = call.Http.Request.Headers;
            var offer = SessionOffer.Read(name => headers[name]);
            await builds.Sessions.ServeAsync(offer, await UpgradeAsync(call), call.Gone);
        })
        .Add("POST", "/build/cancel", async call =>
        {
            await builds.StopBuildAsync(call.TextOrNull("id") ?? throw QuaiException.Invalid("build ID not provided"), call.Gone);
            await call.Answer(StatusCodes.Status200OK);
        });

    /// <summary>Leaves HTTP/1. By Kestrel's own means: HTTP/2 leaves a read pending, which Kestrel would take for its own after a takeover behind its back.</summary>
    private static Task<Stream> UpgradeAsync(ApiCall call)
    {
        string asked = call.Http.Request.Headers.Upgrade.ToString();
        if (!asked.Equals(Protocol, StringComparison.OrdinalIgnoreCase) || call.Http.Features.Get<IHttpUpgradeFeature>() is not { IsUpgradableRequest: true } upgrade)
        {
            throw QuaiException.Invalid(asked.Length == 0 ? "no upgrade proto in request" : $"protocol {asked} not supported");
        }

        call.Http.Response.Headers.Upgrade = Protocol;
        return upgrade.UpgradeAsync();
    }
}

using System.Text.Json.Nodes;
using Quai.Daemon.Http;
using Quai.Errors;

namespace Quai.Daemon.Unsupported;

/// <summary>What Docker has but this build does not: each route says so, so that nobody takes it for a wrong address.</summary>
internal static class UnsupportedRoutes
{
    /// <summary>What is said where a swarm would be needed.</summary>
    public const string NotManager = "This node is not a swarm manager. Use \"docker swarm init\" or \"docker swarm join\" to connect this node to swarm and try again.";

    /// <summary>Adds the routes.</summary>
    /// <param name="router">Takes them.</param>
    /// <param name="canBuild">Whether there are routes for builds already.</param>
    public static void Map(Router router, bool canBuild)
    {
        Handler manager = _ => throw new QuaiException(ErrorKind.Unavailable, NotManager);
        foreach (string resource in (string[])["services", "tasks", "secrets", "configs", "nodes"])
        {
            router
                .Add("GET", "/" + resource, manager)
                .Add("POST", $"/{resource}/create", manager)
                .Add("GET", $"/{resource}/{{name}}", manager)
                .Add("DELETE", $"/{resource}/{{name}}", manager)
                .Add("POST", $"/{resource}/{{name}}/update", manager);
        }

        router
            .Add("GET", "/swarm", manager)
            .Add("GET", "/swarm/unlockkey", manager)
            .Add("POST", "/swarm/update", manager)
            .Add("POST", "/swarm/leave", _ => throw new QuaiException(ErrorKind.Unavailable, "This node is not part of a swarm"))
            .Add("POST", "/swarm/init", Missing("swarm mode"))
            .Add("POST", "/swarm/join", Missing("swarm mode"))
            .Add("GET", "/plugins", call => call.Answer([], Json.Edited.ListJsonObject))
            .Add("POST", "/plugins/pull", Missing("plugins"));
        if (!canBuild)
        {
            router
                .Add("POST", "/build", Missing("building images"))
                .Add("POST", "/build/prune", Missing("building images"))
                .Add("POST", "/build/cancel", Missing("building images"))
                .Add("POST", "/session", Missing("the build session"))
                .Add("POST", "/grpc", Missing("BuildKit"));
        }
    }

    private static Handler Missing(string what) => _ => throw ApiCall.NotImplemented($"{what} is not available in this version of Quai");
}

using System.Text.Json;
using System.Text.Json.Nodes;
using Quai.Api.Containers;
using Quai.Daemon.Http;
using Quai.Engine.Containers;
using Quai.Errors;

namespace Quai.Daemon.Containers;

/// <summary>Information about containers: list, inspect, processes, changes; and update and prune.</summary>
internal static class InspectRoutes
{
    /// <summary>Members of <c>NetworkSettings</c> that version 1.52 dropped.</summary>
    private static readonly string[] OldNetworkSettings =
    [
        "Bridge", "HairpinMode", "LinkLocalIPv6Address", "LinkLocalIPv6PrefixLen", "SecondaryIPAddresses", "SecondaryIPv6Addresses", "EndpointID",
        "Gateway", "GlobalIPv6Address", "GlobalIPv6PrefixLen", "IPAddress", "IPPrefixLen", "IPv6Gateway", "MacAddress",
    ];

    /// <summary>Adds the routes.</summary>
    public static void Map(Router router, Backend backend)
    {
        IContainers containers = backend.Containers;
        router
            .Add("GET", "/containers/json", call => List(call, containers))
            .Add("GET", "/containers/ps", call => List(call, containers))
            .Add("GET", "/containers/{name}/json", async call =>
            {
                ContainerInspect inspect = await containers.InspectAsync(call.Name, call.Flag("size"), call.Gone);
                if (!call.Version.AtLeast(45))
                {
                    // They were aliases, too, before there was a list of all names.
                    foreach (Api.Networks.EndpointSettings endpoint in inspect.NetworkSettings.Networks.Values.Where(e => e.DNSNames is { Count: > 0 }))
                    {
                        endpoint.Aliases = endpoint.DNSNames![1..];
                    }
                }

                if (!call.Version.AtLeast(52))
                {
                    await call.Answer(inspect, Json.Types.ContainerInspect);
                    return;
                }

                JsonObject document = JsonSerializer.SerializeToNode(inspect, Json.Types.ContainerInspect)!.AsObject();
                JsonObject settings = document["NetworkSettings"]!.AsObject();
                foreach (string member in OldNetworkSettings)
                {
                    settings.Remove(member);
                }

                if (document["Config"] is JsonObject config && config["OnBuild"] is null or JsonArray { Count: 0 })
                {
                    config.Remove("OnBuild");
                }

                await call.Answer(document, Json.Edited.JsonObject);
            })
            .Add("GET", "/containers/{name}/top", async call =>
                await call.Answer(await containers.TopAsync(call.Name, call.TextOrNull("ps_args"), call.Gone), Json.Types.ContainerTopResponse))
            .Add("GET", "/containers/{name}/changes", async call =>
                await call.Answer(await containers.ChangesAsync(call.Name, call.Gone), Json.Types.ListFilesystemChange))
            .Add("POST", "/containers/{name}/update", async call =>
            {
                ContainerUpdateRequest request = await call.ReadDocument(Json.Types.ContainerUpdateRequest) ?? new();
                if (!call.Version.AtLeast(40) && request.PidsLimit == 0)
                {
                    request.PidsLimit = null;
                }

                await call.Answer(await containers.UpdateAsync(call.Name, request, ApiCall.ToTheEnd), Json.Types.ContainerUpdateResponse);
            })
            .Add("POST", "/containers/prune", async call =>
                await call.Answer(await containers.PruneAsync(call.Filters(), call.Gone), Json.Types.ContainersPruneResponse));
    }

    private static async Task List(ApiCall call, IContainers containers)
    {
        List<ContainerSummary> list = await containers.ListAsync(call.Flag("all"), call.Number("limit") ?? -1, call.Flag("size"), call.Filters(), call.Gone);
        if (!call.Version.AtLeast(46))
        {
            list.ForEach(c => c.HostConfig.Annotations = null);
        }

        await call.Answer(list, Json.Types.ListContainerSummary);
    }
}

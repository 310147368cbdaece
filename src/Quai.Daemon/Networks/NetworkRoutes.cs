using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Quai.Api;
using Quai.Api.Containers;
using Quai.Api.Networks;
using Quai.Daemon.Http;
using Quai.Engine;
using Quai.Errors;
using Quai.Networks;

namespace Quai.Daemon.Networks;

/// <summary>Networks: list and inspect, and clear refusals of what is not built yet.</summary>
internal static class NetworkRoutes
{
    private static readonly HashSet<string> KnownFilters = ["dangling", "driver", "id", "label", "name", "scope", "type"];
    private static readonly HashSet<string> PruneFilters = ["label", "label!", "until"];
    private static readonly Dictionary<string, IReadOnlyList<string>> NoFilters = [];

    /// <summary>Adds the routes.</summary>
    public static void Map(Router router, Backend backend)
    {
        router
            .Add("GET", "/networks", async call =>
            {
                IReadOnlyDictionary<string, IReadOnlyList<string>> filters = call.Filters(KnownFilters);
                if (filters.TryGetValue("dangling", out IReadOnlyList<string>? dangling) && dangling is not [] and not ["true" or "1" or "false" or "0"])
                {
                    throw QuaiException.Invalid(dangling.Count > 1
                        ? "got more than one value for filter key \"dangling\""
                        : "invalid value for filter 'dangling', must be \"true\" (or \"1\"), or \"false\" (or \"0\")");
                }

                Func<string, bool> isNamed = filters.Names("name"), hasId = filters.Names("id");
                List<NetworkInspect> list = [.. backend.Networks.List().Where(n => isNamed(n.Name) && hasId(n.Id) && Matches(n, filters)).Select(Describe)];
                await call.Answer(list, Json.Types.ListNetworkInspect);
            })
            .Add("POST", "/networks/create", _ => throw ApiCall.NotImplemented("creating networks is not available in this version of Quai"))
            .Add("POST", "/networks/prune", call =>
            {
                // Predefined networks are never pruned, and others cannot be created yet: there is none to remove.
                if (call.Filters(PruneFilters).TryGetValue("until", out IReadOnlyList<string>? until) && until is [var text, ..])
                {
                    PastTime.Parse(text, DateTimeOffset.UtcNow);
                }

                backend.Events.Publish("network", "prune", "", new Dictionary<string, string> { ["reclaimed"] = "0" });
                return call.Answer(new JsonObject { ["NetworksDeleted"] = null }, Json.Edited.JsonObject);
            })
            .Add("POST", "/networks/{name}/connect", async call =>
            {
                NetworkConnectRequest request = await call.ReadDocument(ApiJson.Default.NetworkConnectRequest) ?? new NetworkConnectRequest();
                await backend.Containers.ConnectAsync(call.Name, Named(request.Container), request.EndpointConfig, ApiCall.ToTheEnd);
                await call.Answer(StatusCodes.Status200OK);
            })
            .Add("POST", "/networks/{name}/disconnect", async call =>
            {
                NetworkDisconnectRequest request = await call.ReadDocument(ApiJson.Default.NetworkDisconnectRequest) ?? new NetworkDisconnectRequest();
                await backend.Containers.DisconnectAsync(call.Name, Named(request.Container), request.Force, ApiCall.ToTheEnd);
                await call.Answer(StatusCodes.Status200OK);
            })
            .Add("DELETE", "/networks/{name}", call =>
            {
                Network network = backend.Networks.Resolve(call.Name);
                throw new QuaiException(ErrorKind.Forbidden, $"{network.Name} is a pre-defined network and cannot be removed");
            })
            .Add("GET", "/networks/{name}", async call =>
            {
                Network network = backend.Networks.Resolve(call.Name);
                NetworkInspect inspect = Describe(network);
                foreach (ContainerSummary container in await backend.Containers.ListAsync(all: false, -1, size: false, NoFilters, call.Gone))
                {
                    if (container.NetworkSettings.Networks.Values.FirstOrDefault(e => e.NetworkID == network.Id) is { EndpointID.Length: > 0 } endpoint)
                    {
                        inspect.Containers[container.Id] = new NetworkContainer
                        {
                            Name = container.Names[0].TrimStart('/'),
                            EndpointID = endpoint.EndpointID,
                            MacAddress = endpoint.MacAddress,
                            IPv4Address = endpoint.IPAddress.Length == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"{endpoint.IPAddress}/{endpoint.IPPrefixLen}"),
                        };
                    }
                }

                await call.Answer(inspect, Json.Types.NetworkInspect);
            });
    }

    private static NetworkInspect Describe(Network network) => new()
    {
        Name = network.Name,
        Id = network.Id,
        Created = network.Created.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture),
        Driver = network.Driver,
        IPAM = new Ipam
        {
            Config = network.Subnets.Count == 0 ? null
                : [.. network.Subnets.Select(s => new IpamConfig { Subnet = s.Prefix.ToString(), IPRange = s.Range == s.Prefix ? null : s.Range?.ToString(), Gateway = s.Gateway.ToString() })],
        },
        Options = new(network.Options),
    };

    private static string Named(string container) => container.Length > 0 ? container : throw QuaiException.Invalid("invalid name or ID supplied: \"\"");

    private static bool Matches(Network network, IReadOnlyDictionary<string, IReadOnlyList<string>> filters)
    {
        return filters.AnyOrNone("driver", v => network.Driver == v)
            && filters.AnyOrNone("scope", v => v == "local")
            && filters.AnyOrNone("label", _ => false)
            && filters.AnyOrNone("dangling", v => v is "false" or "0")
            && filters.Any("type", v => v switch
            {
                "builtin" => true,
                "custom" => false,
                _ => throw QuaiException.Invalid($"invalid filter: 'type'='{v}'"),
            });
    }
}

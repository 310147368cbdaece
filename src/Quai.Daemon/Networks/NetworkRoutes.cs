using System.Globalization;
using Microsoft.AspNetCore.Http;
using Quai.Api;
using Quai.Api.Containers;
using Quai.Api.Networks;
using Quai.Daemon.Http;
using Quai.Engine;
using Quai.Errors;
using Quai.Networks;
using Labels = Quai.Daemon.Http.Labels;

namespace Quai.Daemon.Networks;

/// <summary>Networks: list, create, inspect, connect, disconnect, delete, prune.</summary>
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
                List<NetworkInspect> list = [.. backend.Networks.List().Where(n => isNamed(n.Name) && hasId(n.Id) && Matches(n, filters, backend.Networks.IsUsed)).Select(NetworkView.Of)];
                await call.Answer(list, Json.Types.ListNetworkInspect);
            })
            .Add("POST", "/networks/create", async call =>
            {
                NetworkRequest request = NetworkReader.Read(await call.ReadDocument(ApiJson.Default.NetworkCreateRequest) ?? new NetworkCreateRequest());
                Network network = await backend.Networks.CreateAsync(request, ApiCall.ToTheEnd);
                Publish(backend, network, "create");
                await call.Answer(new NetworkCreateResponse(network.Id, ""), Json.Types.NetworkCreateResponse, StatusCodes.Status201Created);
            })
            .Add("POST", "/networks/prune", async call =>
            {
                IReadOnlyDictionary<string, IReadOnlyList<string>> filters = call.Filters(PruneFilters);
                IReadOnlyList<string> untils = filters.GetValueOrDefault("until", []);
                DateTimeOffset? until = untils.Count > 1 ? throw QuaiException.Invalid("more than one until filter specified")
                    : untils is [var text] ? PastTime.Parse(text, DateTimeOffset.UtcNow) : null;
                List<string> deleted = [];
                foreach (Network network in backend.Networks.List().Where(n => !n.IsPredefined && Labels.Pass(n.Attributes.Labels, filters) && !(n.Created > until)).OrderBy(n => n.Created))
                {
                    try
                    {
                        await backend.Networks.RemoveAsync(network.Id, call.Gone);
                        Publish(backend, network, "destroy");
                        deleted.Add(network.Name);
                    }
                    catch (QuaiException e) when (e.Kind is ErrorKind.Forbidden or ErrorKind.NotFound)
                    {
                        // In use, or gone meanwhile.
                    }
                }

                backend.Events.Publish("network", "prune", "", new Dictionary<string, string> { ["reclaimed"] = "0" });
                await call.Answer(new NetworksPruneResponse(deleted.Count > 0 ? deleted : null), Json.Types.NetworksPruneResponse);
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
            .Add("DELETE", "/networks/{name}", async call =>
            {
                Network network = backend.Networks.Resolve(call.Name);
                await RemoveAsync(backend, network);
                Publish(backend, network, "destroy");
                await call.Answer(StatusCodes.Status204NoContent);
            })
            .Add("GET", "/networks/{name}", async call =>
            {
                Network network = backend.Networks.Resolve(call.Name);
                NetworkInspect inspect = NetworkView.Of(network);
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
                            IPv6Address = endpoint.GlobalIPv6Address.Length == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"{endpoint.GlobalIPv6Address}/{endpoint.GlobalIPv6PrefixLen}"),
                        };
                    }
                }

                await call.Answer(inspect, Json.Types.NetworkInspect);
            });
    }

    private static async Task RemoveAsync(Backend backend, Network network)
    {
        try
        {
            await backend.Networks.RemoveAsync(network.Id, ApiCall.ToTheEnd);
        }
        catch (NetworkInUseException e)
        {
            // Who is on it goes by the names that the engine knows.
            List<ContainerSummary> containers = await backend.Containers.ListAsync(all: true, -1, size: false, NoFilters, ApiCall.ToTheEnd);
            IEnumerable<string> users = e.Endpoints.Select(endpoint =>
                $"name:\"{containers.Find(c => c.Id == endpoint.ContainerId)?.Names[0].TrimStart('/') ?? endpoint.ContainerId}\" id:\"{endpoint.Id[..12]}\"");
            throw new QuaiException(ErrorKind.Forbidden, $"{e.Message} ({string.Join(", ", users)})", e);
        }
    }

    private static void Publish(Backend backend, Network network, string action) =>
        backend.Events.Publish("network", action, network.Id, new Dictionary<string, string> { ["name"] = network.Name, ["type"] = network.Driver });

    private static string Named(string container) => container.Length > 0 ? container : throw QuaiException.Invalid("invalid name or ID supplied: \"\"");

    private static bool Matches(Network network, IReadOnlyDictionary<string, IReadOnlyList<string>> filters, Func<string, bool> isUsed)
    {
        return filters.AnyOrNone("driver", v => network.Driver == v)
            && filters.AnyOrNone("scope", v => v == network.Scope)
            && (!filters.TryGetValue("label", out IReadOnlyList<string>? labels) || labels.All(l => Labels.Matches(network.Attributes.Labels, l)))
            && filters.AnyOrNone("dangling", v => v is "false" or "0" == (network.IsPredefined || isUsed(network.Id)))
            && filters.Any("type", v => v switch
            {
                "builtin" => network.IsPredefined,
                "custom" => !network.IsPredefined,
                _ => throw QuaiException.System($"invalid filter: 'type'='{v}'"),
            });
    }
}

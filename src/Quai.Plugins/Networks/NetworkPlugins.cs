using System.Text;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Quai.Errors;
using Quai.Plugins.Transport;

namespace Quai.Plugins.Networks;

/// <summary>The calls of plugins that make networks (<c>NetworkDriver</c>). Each blocks the thread.</summary>
/// <param name="registry">The host's plugins.</param>
public sealed class NetworkPlugins(PluginRegistry registry)
{
    private const string Kind = "NetworkDriver", Label = "com.docker.network.";

    /// <summary>How far a plugin's networks reach: <c>local</c> or <c>global</c>.</summary>
    /// <exception cref="QuaiException">There is no such plugin of the host, in Docker's words; or it does not answer, or answers something else.</exception>
    public string Scope(string driver)
    {
        _ = registry.Get(driver, Kind, patient: false);
        CapabilityAnswer answer = Call(driver, "GetCapabilities", null, NetworkMessages.Default.CapabilityAnswer, registry.Limits.Question);
        if (answer is { Scope: ("local" or "global") and { } scope, ConnectivityScope: null or "" or "local" or "global" })
        {
            return scope;
        }

        throw new PluginException(
            $"could not resolve driver {driver} in registry: the plugin answered {Kind}.GetCapabilities with a scope that is neither local nor global", answered: false);
    }

    /// <summary>Has a network made.</summary>
    /// <exception cref="QuaiException">The plugin is not there, refuses, or does not answer.</exception>
    public void CreateNetwork(string driver, PluginNetwork network)
    {
        var options = new JsonObject { [Label + "enable_ipv4"] = network.IPv4, [Label + "enable_ipv6"] = network.IPv6, [Label + "generic"] = Object(network.Options) };
        if (network.Internal)
        {
            options[Label + "internal"] = true;
        }

        Change(driver, "CreateNetwork", new JsonObject
        {
            ["NetworkID"] = network.Id, ["Options"] = options, ["IPv4Data"] = Data(network, ipv6: false), ["IPv6Data"] = Data(network, ipv6: true),
        });
    }

    /// <summary>Has a network taken away.</summary>
    /// <exception cref="QuaiException">The plugin is not there, refuses, or does not answer.</exception>
    public void DeleteNetwork(string driver, string id) => Change(driver, "DeleteNetwork", new JsonObject { ["NetworkID"] = id });

    /// <summary>Announces an endpoint.</summary>
    /// <returns>What the plugin chose for it; null for nothing.</returns>
    /// <exception cref="QuaiException">The plugin is not there, refuses, or does not answer.</exception>
    public PluginInterface? CreateEndpoint(string driver, PluginEndpoint endpoint)
    {
        JsonObject options = Options(endpoint);
        foreach ((string name, string value) in endpoint.Options)
        {
            options[name] = value;
        }

        if (endpoint.MacAddress.Length > 0)
        {
            options[Label + "endpoint.macaddress"] = Convert.ToBase64String(Convert.FromHexString(endpoint.MacAddress.Replace(":", "", StringComparison.Ordinal)));
        }

        JsonObject request = Named(endpoint);
        request["Interface"] = new JsonObject { ["Address"] = endpoint.IPv4, ["AddressIPv6"] = endpoint.IPv6, ["MacAddress"] = endpoint.MacAddress };
        request["Options"] = options;
        return Call(driver, "CreateEndpoint", request, NetworkMessages.Default.EndpointAnswer, registry.Limits.Change).Interface;
    }

    /// <summary>Takes an endpoint back.</summary>
    /// <exception cref="QuaiException">The plugin is not there, refuses, or does not answer.</exception>
    public void DeleteEndpoint(string driver, PluginEndpoint endpoint) => Change(driver, "DeleteEndpoint", Named(endpoint));

    /// <summary>Has the interface of an endpoint made.</summary>
    /// <param name="driver">The plugin.</param>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="sandbox">Whose namespace it is for.</param>
    /// <exception cref="QuaiException">The plugin is not there, refuses, or does not answer.</exception>
    public PluginJoin Join(string driver, PluginEndpoint endpoint, string sandbox)
    {
        JsonObject request = Named(endpoint);
        request["SandboxKey"] = sandbox;
        request["Options"] = Options(endpoint);
        JoinAnswer answer = Call(driver, "Join", request, NetworkMessages.Default.JoinAnswer, registry.Limits.Change);
        return new PluginJoin(
            answer.InterfaceName?.SrcName ?? "", answer.InterfaceName?.DstPrefix ?? "", answer.Gateway ?? "", answer.GatewayIPv6 ?? "", [.. (answer.StaticRoutes ?? []).OfType<PluginRoute>()]);
    }

    /// <summary>Has what <see cref="Join"/> made taken away.</summary>
    /// <exception cref="QuaiException">The plugin is not there, refuses, or does not answer.</exception>
    public void Leave(string driver, PluginEndpoint endpoint) => Change(driver, "Leave", Named(endpoint));

    /// <summary>Tells that a container reaches the outside by an endpoint, and which of its ports are to be published. A plugin need not know this call.</summary>
    /// <exception cref="QuaiException">The plugin is not there, refuses, or does not answer.</exception>
    public void Publish(string driver, PluginEndpoint endpoint)
    {
        JsonObject request = Named(endpoint), options = Options(endpoint);
        options[Label + "driver.private.no_proxy_6to4"] = false;
        request["Options"] = options;
        IfKnown(() => Change(driver, "ProgramExternalConnectivity", request));
    }

    /// <summary>Takes back what <see cref="Publish"/> told.</summary>
    /// <exception cref="QuaiException">The plugin is not there, refuses, or does not answer.</exception>
    public void Withdraw(string driver, PluginEndpoint endpoint) => IfKnown(() => Change(driver, "RevokeExternalConnectivity", Named(endpoint)));

    private static JsonObject Named(PluginEndpoint endpoint) => new() { ["NetworkID"] = endpoint.NetworkId, ["EndpointID"] = endpoint.Id };

    private static JsonObject Options(PluginEndpoint endpoint) => new()
    {
        [Label + "endpoint.exposedports"] = new JsonArray([.. endpoint.Exposed.Select(p => p.Exposed())]), [Label + "portmap"] = new JsonArray([.. endpoint.Published.Select(p => p.Published())]),
    };

    private static JsonObject Object(IReadOnlyDictionary<string, string> members) => new(members.Select(m => KeyValuePair.Create<string, JsonNode?>(m.Key, m.Value)));

    private static JsonArray Data(PluginNetwork network, bool ipv6) => new([.. network.Subnets.Where(s => s.IPv6 == ipv6).Select(s =>
    {
        var subnet = new JsonObject { ["AddressSpace"] = s.Space };
        if (s.Auxiliary.Count > 0)
        {
            subnet["AuxAddresses"] = Object(s.Auxiliary);
        }

        subnet["Gateway"] = s.Gateway;
        subnet["Pool"] = s.Pool;
        return subnet;
    })]);

    private static void IfKnown(Action call)
    {
        try
        {
            call();
        }
        catch (PluginException e) when (e.IsUnknownCall)
        {
            // As in Docker: it came later than the others.
        }
    }

    private void Change(string driver, string method, JsonObject request) => Call(driver, method, request, NetworkMessages.Default.PluginAnswer, registry.Limits.Change);

    private T Call<T>(string driver, string method, JsonObject? request, JsonTypeInfo<T> type, TimeSpan limit)
        where T : PluginAnswer
    {
        try
        {
            return registry.Get(driver, Kind, patient: true).Call($"{Kind}.{method}", request is null ? null : Encoding.UTF8.GetBytes(request.ToJsonString()), type, limit, registry.Limits.Patience);
        }
        catch (PluginException e) when (e.Answered)
        {
            // What it says of itself, or the status that it answered with.
            string said = e.Message.StartsWith(Kind, StringComparison.Ordinal) ? e.Message : "remote: " + e.Message;
            throw new PluginException($"{said} (plugin \"{driver}\")", answered: true, e) { IsUnknownCall = e.IsUnknownCall };
        }
    }
}

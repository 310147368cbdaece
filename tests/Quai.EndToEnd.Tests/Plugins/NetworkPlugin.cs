using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Quai.EndToEnd.Tests.Plugins;

/// <summary>A plugin that makes networks: a bridge of the host for each, and a veth pair to it for each endpoint.</summary>
public sealed class NetworkPlugin : IDisposable
{
    private readonly ConcurrentDictionary<string, string> _gateways = [];

    /// <summary>A plugin that listens.</summary>
    public NetworkPlugin()
    {
        Socket = new PluginSocket(Answer);
        Socket.Start();
    }

    /// <summary>Its socket.</summary>
    public PluginSocket Socket { get; }

    /// <summary>The driver's name.</summary>
    public string Name => Socket.Name;

    /// <summary>How far it says that its networks reach.</summary>
    public string Scope { get; set; } = "local";

    /// <summary>What the names of interfaces begin with.</summary>
    public string Prefix { get; set; } = "eth";

    /// <summary>Further members of its answers to Join, with a comma before them.</summary>
    public string Further { get; set; } = "";

    /// <summary>The hardware address that it chooses; empty for none.</summary>
    public string MacAddress { get; set; } = "";

    /// <summary>What there is of it: networks, endpoints, and endpoints that joined, by their ids.</summary>
    public ConcurrentDictionary<string, bool> Made { get; } = [];

    /// <summary>The names of the calls since this was last asked, but for those that only ask.</summary>
    public string[] TakeCalls() => [.. TakeRequests().Select(c => c.Split(' ')[0])];

    /// <summary>The same calls with what they ask for.</summary>
    public string[] TakeRequests() => Socket.Take("Activate", "GetCapabilities", "EndpointOperInfo");

    /// <inheritdoc/>
    public void Dispose()
    {
        Socket.Dispose();
        foreach (string network in _gateways.Keys)
        {
            Ip($"link del {Bridge(network)}");
        }
    }

    /// <summary>The bridge of a network.</summary>
    /// <param name="network">Its id.</param>
    public static string Bridge(string network) => "qnp" + network[..10];

    private static void Ip(string arguments)
    {
        using Process ip = Process.Start(new ProcessStartInfo("ip", arguments) { RedirectStandardError = true })!;
        ip.StandardError.ReadToEnd();
        ip.WaitForExit();
    }

    private string Answer(string method, JsonNode? request)
    {
        string network = (string?)request?["NetworkID"] ?? "", endpoint = (string?)request?["EndpointID"] ?? "";
        switch (method)
        {
            case "Activate":
                return """{"Implements":["NetworkDriver"]}""";
            case "GetCapabilities":
                return $$"""{"Scope":"{{Scope}}","ConnectivityScope":"{{Scope}}"}""";
            case "CreateNetwork":
                string gateway = (string?)request?["IPv4Data"]?.AsArray().FirstOrDefault()?["Gateway"] ?? "";
                Ip($"link add {Bridge(network)} type bridge");
                if (gateway.Length > 0)
                {
                    Ip($"addr add {gateway} dev {Bridge(network)}");
                }

                Ip($"link set {Bridge(network)} up");
                _gateways[network] = gateway.Split('/')[0];
                Made[network] = true;
                return "{}";
            case "DeleteNetwork":
                Ip($"link del {Bridge(network)}");
                _gateways.TryRemove(network, out _);
                Made.TryRemove(network, out _);
                return "{}";
            case "CreateEndpoint":
                Made[endpoint] = true;
                return MacAddress.Length > 0 ? $$$"""{"Interface":{"MacAddress":"{{{MacAddress}}}"}}""" : """{"Interface":{}}""";
            case "DeleteEndpoint":
                Made.TryRemove(endpoint, out _);
                return "{}";
            case "Join":
                Made["joined " + endpoint] = true;
                Ip($"link add qnh{endpoint[..10]} type veth peer name qnc{endpoint[..10]}");
                Ip($"link set qnh{endpoint[..10]} master {Bridge(network)} up");
                return $$$"""{"InterfaceName":{"SrcName":"qnc{{{endpoint[..10]}}}","DstPrefix":"{{{Prefix}}}"},"Gateway":"{{{_gateways.GetValueOrDefault(network)}}}"{{{Further}}}}""";
            case "Leave":
                Ip($"link del qnh{endpoint[..10]}");
                Made.TryRemove("joined " + endpoint, out _);
                return "{}";
            case "ProgramExternalConnectivity" or "RevokeExternalConnectivity" or "EndpointOperInfo":
                return "{}";
            default:
                return """{"Err":"unknown"}""";
        }
    }
}

using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;

namespace Quai.EndToEnd.Tests.Plugins;

/// <summary>A plugin that gives networks their subnets and addresses: of each pool one address after the other, from .11 on.</summary>
public sealed class AddressPlugin : IDisposable
{
    private readonly ConcurrentDictionary<string, int> _next = [];

    /// <summary>A plugin that listens.</summary>
    public AddressPlugin()
    {
        Socket = new PluginSocket(Answer);
        Socket.Start();
    }

    /// <summary>Its socket.</summary>
    public PluginSocket Socket { get; }

    /// <summary>The driver's name.</summary>
    public string Name => Socket.Name;

    /// <summary>Subnets that it gives when none is asked for, one after the other; once there are no others, the last again.</summary>
    public ConcurrentQueue<string> Subnets { get; } = [];

    /// <summary>The same of IPv6.</summary>
    public string Subnet6 { get; set; } = "";

    /// <summary>Whether it wants to be told hardware addresses.</summary>
    public bool NeedsMac { get; set; }

    /// <summary>Whether it wants to be asked again at a start.</summary>
    public bool NeedsReplay { get; set; }

    /// <summary>What is given and not yet given back: pools by their ids, addresses as <c>pool address</c>.</summary>
    public ConcurrentDictionary<string, bool> Given { get; } = [];

    /// <summary>The calls since this was last asked, but for those that ask what it is like.</summary>
    public string[] TakeCalls() => Socket.Take("Activate", "GetCapabilities", "GetDefaultAddressSpaces");

    /// <inheritdoc/>
    public void Dispose() => Socket.Dispose();

    private string Answer(string method, JsonNode? request)
    {
        string pool = (string?)request?["PoolID"] ?? "", address = (string?)request?["Address"] ?? "";
        switch (method)
        {
            case "Activate":
                return """{"Implements":["IpamDriver"]}""";
            case "GetCapabilities":
                return $$"""{"RequiresMACAddress":{{(NeedsMac ? "true" : "false")}},"RequiresRequestReplay":{{(NeedsReplay ? "true" : "false")}}}""";
            case "GetDefaultAddressSpaces":
                return """{"LocalDefaultAddressSpace":"here","GlobalDefaultAddressSpace":"everywhere"}""";
            case "RequestPool":
                string subnet = (string?)request?["Pool"] ?? "";
                subnet = subnet.Length > 0 ? subnet : (bool?)request?["V6"] == true ? Subnet6 : Subnets.Count > 1 && Subnets.TryDequeue(out string? next) ? next : Subnets.TryPeek(out string? last) ? last : "";
                Given["pool-" + subnet] = true;
                return $$$"""{"PoolID":"pool-{{{subnet}}}","Pool":"{{{subnet}}}","Data":{}}""";
            case "RequestAddress":
                string[] parts = pool["pool-".Length..].Split('/');
                if (address.Length == 0)
                {
                    byte[] bytes = IPAddress.Parse(parts[0]).GetAddressBytes();
                    bytes[^1] = (byte)_next.AddOrUpdate(pool, 11, (_, n) => n + 1);
                    address = new IPAddress(bytes).ToString();
                }

                Given[$"{pool} {address}"] = true;
                return $$$"""{"Address":"{{{address}}}/{{{parts[1]}}}","Data":{}}""";
            case "ReleaseAddress":
                Given.TryRemove($"{pool} {address}", out _);
                return "{}";
            case "ReleasePool":
                Given.TryRemove(pool, out _);
                return "{}";
            default:
                return """{"Error":"unknown"}""";
        }
    }
}

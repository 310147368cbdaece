using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Quai.Errors;

namespace Quai.Plugins.Addresses;

/// <summary>The calls of plugins that give networks their subnets and addresses (<c>IpamDriver</c>). Each blocks the thread.</summary>
/// <param name="registry">The host's plugins.</param>
public sealed class AddressPlugins(PluginRegistry registry)
{
    /// <summary>The option that says for what an address is, and its value for a network's own.</summary>
    public const string TypeOption = "RequestAddressType", GatewayType = "com.docker.network.gateway";

    /// <summary>The option that tells a hardware address.</summary>
    public const string MacOption = "com.docker.network.endpoint.macaddress";

    private const string Kind = "IpamDriver";
    private const int LongestId = 4096;

    /// <summary>Refuses a driver that is no such plugin of the host.</summary>
    /// <exception cref="QuaiException">In Docker's words.</exception>
    public void Check(string driver) => registry.Get(driver, Kind, patient: false);

    /// <summary>What a plugin wants. One that does not say wants nothing.</summary>
    /// <exception cref="QuaiException">The plugin is not there, or does not answer.</exception>
    public PluginAbilities Abilities(string driver)
    {
        try
        {
            AbilityAnswer answer = Call(driver, "GetCapabilities", null, AddressMessages.Default.AbilityAnswer, registry.Limits.Question);
            return new PluginAbilities(answer.RequiresMACAddress, answer.RequiresRequestReplay);
        }
        catch (PluginException e) when (e.Answered)
        {
            return new PluginAbilities(NeedsMac: false, NeedsReplay: false);
        }
    }

    /// <summary>The address space of networks that exist on this machine alone.</summary>
    /// <exception cref="QuaiException">The plugin is not there, refuses, or does not answer.</exception>
    public string LocalSpace(string driver)
    {
        try
        {
            return Call(driver, "GetDefaultAddressSpaces", null, AddressMessages.Default.SpacesAnswer, registry.Limits.Question).LocalDefaultAddressSpace ?? "";
        }
        catch (PluginException e) when (e.Answered)
        {
            throw QuaiException.NotFound($"failed to get default address space: {e.Message}", e);
        }
    }

    /// <summary>Asks for a subnet.</summary>
    /// <param name="driver">The plugin.</param>
    /// <param name="space">Its address space.</param>
    /// <param name="subnet">The one that is wanted; empty for any.</param>
    /// <param name="range">The part of it to give addresses from; empty for all of it.</param>
    /// <param name="options">The network's, for the plugin.</param>
    /// <param name="ipv6">Of which family.</param>
    /// <exception cref="QuaiException">The plugin is not there, refuses, or does not answer.</exception>
    public PluginPool RequestPool(string driver, string space, string subnet, string range, IReadOnlyDictionary<string, string>? options, bool ipv6)
    {
        PoolAnswer answer = Call(
            driver, "RequestPool", Bytes(new PoolRequest(space, subnet, range, options, ipv6), AddressMessages.Default.PoolRequest), AddressMessages.Default.PoolAnswer, registry.Limits.Change);
        return answer is { PoolID: { Length: > 0 and <= LongestId } id, Pool: { } pool }
            ? new PluginPool(id, pool, answer.Data?.GetValueOrDefault(GatewayType))
            : throw new PluginException($"plugin \"{driver}\" answered {Kind}.RequestPool without a pool and its id", answered: false);
    }

    /// <summary>Gives a subnet back.</summary>
    /// <exception cref="QuaiException">The plugin is not there, refuses, or does not answer.</exception>
    public void ReleasePool(string driver, string id) =>
        Call(driver, "ReleasePool", Bytes(new PoolRelease(id), AddressMessages.Default.PoolRelease), AddressMessages.Default.AddressAnswer, registry.Limits.Change);

    /// <summary>Asks for an address.</summary>
    /// <param name="driver">The plugin.</param>
    /// <param name="pool">The id of the subnet.</param>
    /// <param name="address">The one that is wanted; empty for any.</param>
    /// <param name="options">For what it is.</param>
    /// <returns>The address with the length of its prefix, as the plugin wrote it: nothing of it has been checked. Empty where it has given none.</returns>
    /// <exception cref="QuaiException">The plugin is not there, refuses, or does not answer.</exception>
    public string RequestAddress(string driver, string pool, string address, IReadOnlyDictionary<string, string>? options) => Call(
        driver, "RequestAddress", Bytes(new AddressRequest(pool, address, options), AddressMessages.Default.AddressRequest), AddressMessages.Default.GivenAnswer, registry.Limits.Change).Address ?? "";

    /// <summary>Gives an address back.</summary>
    /// <exception cref="QuaiException">The plugin is not there, refuses, or does not answer.</exception>
    public void ReleaseAddress(string driver, string pool, string address) =>
        Call(driver, "ReleaseAddress", Bytes(new AddressRelease(pool, address), AddressMessages.Default.AddressRelease), AddressMessages.Default.AddressAnswer, registry.Limits.Change);

    private static byte[] Bytes<T>(T request, JsonTypeInfo<T> type) => JsonSerializer.SerializeToUtf8Bytes(request, type);

    private T Call<T>(string driver, string method, byte[]? request, JsonTypeInfo<T> type, TimeSpan limit)
        where T : AddressAnswer
    {
        T answer = registry.Get(driver, Kind, patient: true).Call($"{Kind}.{method}", request, type, limit, registry.Limits.Patience);
        return string.IsNullOrEmpty(answer.Error) ? answer : throw new PluginException($"remote: {answer.Error} (plugin \"{driver}\")", answered: true);
    }
}

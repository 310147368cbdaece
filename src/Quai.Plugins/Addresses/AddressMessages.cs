using System.Text.Json.Serialization;
using Quai.Plugins.Transport;

namespace Quai.Plugins.Addresses;

internal sealed record PoolRequest(string AddressSpace, string Pool, string SubPool, IReadOnlyDictionary<string, string>? Options, bool V6);

internal sealed record PoolRelease(string PoolID);

internal sealed record AddressRequest(string PoolID, string Address, IReadOnlyDictionary<string, string>? Options);

internal sealed record AddressRelease(string PoolID, string Address);

/// <summary>What every answer of these plugins may hold: they name a refusal otherwise than others do.</summary>
internal record AddressAnswer : PluginAnswer
{
    /// <summary>Why it was refused; empty if it was not.</summary>
    public string? Error { get; init; }
}

internal sealed record AbilityAnswer : AddressAnswer
{
    public bool RequiresMACAddress { get; init; }

    public bool RequiresRequestReplay { get; init; }
}

internal sealed record SpacesAnswer : AddressAnswer
{
    public string? LocalDefaultAddressSpace { get; init; }
}

internal sealed record PoolAnswer : AddressAnswer
{
    public string? PoolID { get; init; }

    public string? Pool { get; init; }

    public Dictionary<string, string?>? Data { get; init; }
}

internal sealed record GivenAnswer : AddressAnswer
{
    public string? Address { get; init; }
}

[JsonSourceGenerationOptions(PropertyNameCaseInsensitive = true)]
[JsonSerializable(typeof(PoolRequest))]
[JsonSerializable(typeof(PoolRelease))]
[JsonSerializable(typeof(AddressRequest))]
[JsonSerializable(typeof(AddressRelease))]
[JsonSerializable(typeof(AddressAnswer))]
[JsonSerializable(typeof(AbilityAnswer))]
[JsonSerializable(typeof(SpacesAnswer))]
[JsonSerializable(typeof(PoolAnswer))]
[JsonSerializable(typeof(GivenAnswer))]
internal sealed partial class AddressMessages : JsonSerializerContext;

using Quai.Networks.Ipam.Sources;

namespace Quai.Networks.Records;

/// <summary>A network's row.</summary>
/// <param name="Id">64 hex digits.</param>
/// <param name="Name">Its name.</param>
/// <param name="Driver">Its driver.</param>
/// <param name="Interface">The host's interface that it is behind; null before there is one, and for host and none.</param>
/// <param name="OwnsInterface">Whether this daemon made that interface, or is about to.</param>
/// <param name="Created">When it was made.</param>
internal sealed record NetworkRecord(string Id, string Name, string Driver, string? Interface, bool OwnsInterface, DateTimeOffset Created)
{
    /// <summary>When it was made, in whole milliseconds: what is shown of one just made is shown after a restart, too.</summary>
    public DateTimeOffset Created { get; init; } = DateTimeOffset.FromUnixTimeMilliseconds(Created.ToUnixTimeMilliseconds());

    /// <summary>At most one of each family.</summary>
    public IReadOnlyList<SubnetRecord> Subnets { get; init; } = [];

    /// <summary>What it was asked to be.</summary>
    public NetworkAttributes Attributes { get; init; } = new();

    /// <summary>Whether subnets that nobody named are the driver's to choose: where addresses come from elsewhere, so do they.</summary>
    public bool ChoosesSubnets => Attributes.IpamDriver == PoolAddresses.Name;

    /// <summary>Whether it stays as it is recorded, whatever the daemon's settings say now: of the default network, whose containers run on. Decided at each start, not stored.</summary>
    public bool IsKept { get; init; }

    /// <summary>Options as they were asked for.</summary>
    public IReadOnlyDictionary<string, string> Options { get; init; } = new Dictionary<string, string>();
}

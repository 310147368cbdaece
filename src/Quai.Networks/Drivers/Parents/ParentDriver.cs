using System.Net;
using System.Net.Sockets;
using Quai.Errors;
using Quai.Linux.Netlink;
using Quai.Networks.Ipam;
using Quai.Networks.Records;

namespace Quai.Networks.Drivers.Parents;

/// <summary>
/// Networks whose containers are beside the host on one of its own networks: each has an interface upon one of the host's, the parent. A parent that is not there
/// and is named as a sub-interface (<c>eth0.10</c>) is made and goes with the last network on it; where none is named, one is made that leads nowhere.
/// </summary>
/// <param name="kind">The kind of the containers' interfaces.</param>
/// <param name="device">Parents in the kernel.</param>
/// <param name="subnets">Where subnets come from that nobody named.</param>
/// <param name="networks">The records of the networks that there are.</param>
internal sealed class ParentDriver(IChildKind kind, ParentDevice device, FreeSubnets subnets, Func<IEnumerable<NetworkRecord>> networks) : INetworkDriver
{
    /// <inheritdoc/>
    public string Name => kind.Name;

    /// <inheritdoc/>
    public Task<NetworkRecord> ClaimAsync(NetworkRecord record, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        string given = ParentSettings.Of(kind, record).Parent, parent = given.Length > 0 ? given : DummyOf(record);
        NetworkRecord wanted = record with { Interface = parent };
        if (Others(wanted).Where(o => o.Driver == kind.Name).Select(o => kind.Conflict(wanted, o)).FirstOrDefault(c => c is not null) is { } conflict)
        {
            throw conflict;
        }

        device.CheckKind(kind.Name);
        Link? found = device.Find(parent);
        if (found is null && given.Length > 0)
        {
            VlanName vlan = VlanName.Parse(parent);
            _ = device.Find(vlan.Interface) ?? throw ParentDevice.NotFound(vlan.Interface);
        }

        return Task.FromResult(wanted with
        {
            OwnsInterface = record.OwnsInterface || found is not { } link || device.IsOurs(link) || Others(wanted).Any(o => o.OwnsInterface),

            // What leads nowhere is no way outside either.
            Attributes = given.Length > 0 ? record.Attributes : record.Attributes with { Internal = true },
        });
    }

    /// <inheritdoc/>
    public ILiveNetwork Realize(NetworkRecord record, IReadOnlyList<IPNetwork> taken)
    {
        string parent = record.Interface!;
        if (record.OwnsInterface && parent == DummyOf(record))
        {
            device.EnsureDummy(parent);
        }
        else if (record.OwnsInterface)
        {
            device.EnsureVlan(parent);
        }
        else if (device.Find(parent) is null)
        {
            throw ParentDevice.NotFound(parent);
        }

        List<SubnetRecord> all = [.. record.Subnets];
        Complete(AddressFamily.InterNetwork, wanted: !record.Attributes.WithoutIPv4);
        Complete(AddressFamily.InterNetworkV6, wanted: record.Attributes.IPv6);
        return new LiveParent(kind, device, ParentSettings.Of(kind, record), record with { Subnets = all });

        void Complete(AddressFamily family, bool wanted)
        {
            if (wanted && record.ChoosesSubnets && !all.Exists(s => s.Gateway.Address.AddressFamily == family))
            {
                all.Add(new SubnetRecord(subnets.Choose(family, taken), null));
            }
        }
    }

    /// <inheritdoc/>
    public void Delete(NetworkRecord record)
    {
        if (record is { OwnsInterface: true, Interface: { } parent } && !Others(record).Any())
        {
            device.Delete(parent);
        }
    }

    /// <summary>The other networks on the same parent, of whichever kind.</summary>
    private IEnumerable<NetworkRecord> Others(NetworkRecord record) => networks().Where(n => n.Id != record.Id && n.Interface == record.Interface);

    private string DummyOf(NetworkRecord record) => kind.DummyPrefix + record.Id[..12];
}

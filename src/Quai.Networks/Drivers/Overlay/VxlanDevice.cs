using System.Net;
using System.Net.Sockets;
using Quai.Errors;
using Quai.Linux;
using Quai.Linux.Netlink;
using Quai.Linux.Netlink.Tunnels;
using Quai.Networks.Drivers.Bridges;
using Quai.Networks.Ipam;

namespace Quai.Networks.Drivers.Overlay;

/// <summary>Tunnels' interfaces in the kernel: makes them as ports of their bridges, or adopts those that are there, and says where they lead.</summary>
/// <param name="route">NETLINK_ROUTE in the host's namespace.</param>
internal sealed class VxlanDevice(NetlinkSocket route)
{
    private const string ProbeName = "quai-probe";

    /// <summary>Makes sure that the kernel has VXLAN.</summary>
    /// <exception cref="QuaiException">It has not.</exception>
    public void CheckKind()
    {
        using var writer = new NetlinkWriter();
        VxlanLinks.WriteProbe(writer, ProbeName);
        try
        {
            Send(writer, "ask for vxlan");
        }
        catch (LinuxException e) when (e.Errno == Errno.EOPNOTSUPP)
        {
            throw QuaiException.System($"this host's kernel has no vxlan interfaces, which overlay networks are made of (module vxlan): {Errno.Message(e.Errno)}", e);
        }
        catch (LinuxException)
        {
            // It has the kind, and no such number.
        }
    }

    /// <summary>The interface that has a number on a port already; null for none.</summary>
    /// <param name="id">The number.</param>
    /// <param name="port">The UDP port.</param>
    /// <param name="own">Name of the network's own interface, which does not count.</param>
    public string? HolderOf(uint id, ushort port, string own) => VxlanLinks.List(route).Find(l => l.Id == id && l.Port == port && l.Name != own) is { Name: { } name } ? name : null;

    /// <summary>Makes sure of a tunnel's interface, as a port of a bridge, and sets it up.</summary>
    /// <returns>Its index.</returns>
    /// <exception cref="QuaiException">Its number is taken.</exception>
    public int Ensure(VxlanLink wanted, BridgeState bridge)
    {
        if (VxlanLinks.List(route).Exists(l => l.Name == wanted.Name && l with { Mtu = 0 } != wanted with { Mtu = 0 }))
        {
            Delete(wanted.Name);
        }

        Link link = Links.Find(route, wanted.Name) ?? Make(wanted);
        using var writer = new NetlinkWriter();
        Links.WriteChange(writer, EndpointMessages.Join(wanted.Name, bridge.Index, BridgeSysctls.KernelHasIPv6) with { Mtu = wanted.Mtu });
        Send(writer, $"add {wanted.Name} to its bridge");
        Links.WriteChange(writer, new LinkChange { Name = wanted.Name, Up = true, ForwardsLinkLocalGroups = bridge.Own });
        Send(writer, $"set interface {wanted.Name} up");
        return link.Index;
    }

    /// <summary>Deletes a tunnel's interface, if it is there.</summary>
    public void Delete(string name)
    {
        if (Links.Find(route, name) is { Kind: "vxlan" } link)
        {
            using var writer = new NetlinkWriter();
            Links.WriteDelete(writer, link.Index);
            SendAway(writer, $"delete interface {name}");
        }
    }

    /// <summary>The hosts that get what is for all.</summary>
    public List<IPAddress> Peers(int index) => [.. Neighbours.ListForwarding(route).Where(n => n.LinkIndex == index && n.Mac.All(b => b == 0)).Select(n => n.Address).OfType<IPAddress>()];

    /// <summary>Adds a host to them.</summary>
    public void AddPeer(int index, IPAddress peer)
    {
        using var writer = new NetlinkWriter();
        Neighbours.WriteAddDefault(writer, index, peer);
        Send(writer, $"send to host {peer}");
    }

    /// <summary>Takes a host out of them, and forgets what is behind it.</summary>
    public void RemovePeer(int index, IPAddress peer)
    {
        using var writer = new NetlinkWriter();
        Neighbours.WriteDeleteDefault(writer, index, peer);
        SendAway(writer, $"send no more to host {peer}");
        List<Neighbour> behind = Neighbours.ListForwarding(route).FindAll(n => n.LinkIndex == index && peer.Equals(n.Address));
        foreach (Neighbour entry in behind)
        {
            Neighbours.WriteDeleteForwarding(writer, index, entry.Mac, peer);
            SendAway(writer, $"forget {MacAddress.Format(entry.Mac)} on host {peer}");
        }

        foreach (AddressFamily family in (ReadOnlySpan<AddressFamily>)[AddressFamily.InterNetwork, AddressFamily.InterNetworkV6])
        {
            foreach (Neighbour entry in Neighbours.List(route, family).Where(n => n.LinkIndex == index && n.IsPermanent && behind.Exists(b => b.Mac.AsSpan().SequenceEqual(n.Mac))))
            {
                Neighbours.WriteDelete(writer, index, entry.Address!);
                SendAway(writer, $"forget {entry.Address} on host {peer}");
            }
        }
    }

    /// <summary>Says where a container is.</summary>
    public void AddEndpoint(int index, OverlayEndpoint endpoint)
    {
        byte[] mac = MacAddress.Parse(endpoint.MacAddress);
        using var writer = new NetlinkWriter();
        Neighbours.WriteSetForwarding(writer, index, mac, endpoint.Host);
        Send(writer, $"find {endpoint.MacAddress} on host {endpoint.Host}");
        foreach (IPAddress address in endpoint.Addresses)
        {
            Neighbours.WriteSet(writer, index, address, mac);
            Send(writer, $"find {address} on host {endpoint.Host}");
        }
    }

    /// <summary>Takes that back.</summary>
    public void RemoveEndpoint(int index, OverlayEndpoint endpoint)
    {
        using var writer = new NetlinkWriter();
        foreach (IPAddress address in endpoint.Addresses)
        {
            Neighbours.WriteDelete(writer, index, address);
            SendAway(writer, $"forget {address} on host {endpoint.Host}");
        }

        Neighbours.WriteDeleteForwarding(writer, index, MacAddress.Parse(endpoint.MacAddress), endpoint.Host);
        SendAway(writer, $"forget {endpoint.MacAddress} on host {endpoint.Host}");
    }

    private Link Make(VxlanLink wanted)
    {
        using var writer = new NetlinkWriter();
        VxlanLinks.WriteCreate(writer, wanted);
        try
        {
            Send(writer, $"create interface {wanted.Name}");
        }
        catch (LinuxException e) when (e.Errno == Errno.EEXIST)
        {
            throw QuaiException.Conflict($"number {wanted.Id} on UDP port {wanted.Port} is another tunnel's of this host already, perhaps one whose interface is in another network namespace: choose another number", e);
        }
        catch (LinuxException e) when (e.Errno == Errno.EADDRINUSE)
        {
            throw QuaiException.Conflict($"UDP port {wanted.Port} of this host is taken by another program: choose another on all hosts with -o quai.overlay.port=…", e);
        }

        return Links.Find(route, wanted.Name) ?? throw new LinuxException("netlink", Errno.ENODEV, $"find interface {wanted.Name}");
    }

    private void SendAway(NetlinkWriter writer, string what)
    {
        try
        {
            Send(writer, what);
        }
        catch (LinuxException e) when (e.Errno is Errno.ENOENT or Errno.ENODEV)
        {
            // Gone already.
        }
    }

    private void Send(NetlinkWriter writer, string what)
    {
        try
        {
            route.Request(writer.Written, what);
        }
        finally
        {
            writer.Clear();
        }
    }
}

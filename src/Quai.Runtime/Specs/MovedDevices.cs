using System.Net.Sockets;
using Quai.Errors;
using Quai.Linux.Kernel;
using Quai.Linux.Netlink;
using Quai.Oci.Runtime;

namespace Quai.Runtime.Specs;

/// <summary>Interfaces of the host's that become a container's (config-linux.md, "Network Devices").</summary>
internal static class MovedDevices
{
    // Their indexes in the container, beyond those that the kernel gives out by itself.
    private const int FirstIndex = 10_000;

    /// <summary>The requests that move interfaces, give them back the addresses that they lose by that, and bring them up.</summary>
    /// <exception cref="QuaiException">There is no such interface, or a name is none.</exception>
    public static IReadOnlyList<NetlinkRequest> RequestsFor(IReadOnlyDictionary<string, NetDevice> devices)
    {
        using NetlinkSocket socket = NetlinkSocket.Open(IoConstants.NETLINK_ROUTE);
        List<Link> links = Links.List(socket);
        List<LinkAddress> addresses = [.. Addresses.List(socket), .. Addresses.List(socket, AddressFamily.InterNetworkV6)];
        List<NetlinkRequest> requests = [];
        foreach ((string name, NetDevice device) in devices)
        {
            string inside = device.Name is { Length: > 0 } given ? given : name;
            if (inside.Length > 15 || inside is "." or ".." || inside.Any(c => c is '/' or ':' || char.IsWhiteSpace(c) || c == '%') && !inside.EndsWith("%d", StringComparison.Ordinal))
            {
                throw QuaiException.Invalid($"netDevices: \"{inside}\" is no interface's name");
            }

            int at = links.FindIndex(l => l.Name == name);
            int index = at >= 0 ? links[at].Index : throw QuaiException.Invalid($"netDevices: there is no interface {name}");
            int newIndex = FirstIndex + requests.Count;
            using (NetlinkWriter move = new())
            {
                int descriptor = Links.WriteMove(move, index, null, newIndex, inside);
                requests.Add(new NetlinkRequest(true, move.Written.ToArray(), descriptor, $"move the interface {name} into the container as {inside}"));
            }

            foreach (LinkAddress address in addresses.Where(a => a.LinkIndex == index && a.IsGlobalForGood))
            {
                using NetlinkWriter add = new();
                Addresses.WriteAdd(add, newIndex, address.Address, address.PrefixLength);
                requests.Add(new NetlinkRequest(false, add.Written.ToArray(), -1, $"give {address.Address} back to {inside}"));
            }

            using NetlinkWriter up = new();
            Links.WriteChange(up, new LinkChange { Index = newIndex, Up = true });
            requests.Add(new NetlinkRequest(false, up.Written.ToArray(), -1, $"bring {inside} up"));
        }

        return requests;
    }
}

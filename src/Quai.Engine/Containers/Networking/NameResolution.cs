using System.Net;
using Quai.Engine.Containers.Launching;
using Quai.Engine.Containers.Spec.Networking;
using Quai.Engine.Containers.State;
using Quai.Linux;
using Quai.Linux.Netlink;
using Quai.Networks;
using Quai.Networks.Dns;
using Quai.Runtime;

namespace Quai.Engine.Containers.Networking;

/// <summary>By which names containers know each other, and the DNS servers that tell them.</summary>
internal sealed class NameResolution(EngineOptions options, INetworkService networks, ContainerLinks links, NetworkFiles files)
{
    /// <summary>Says by which names a container that has endpoints goes: its name, what it is also called on a network, its short id, what it calls itself.</summary>
    public void Publish(Container container)
    {
        networks.SetNames(container.Id, network => NamesOn(container, network.Name), network => LinksOn(container, network));

        // Its address may be another one than at its last start.
        foreach (Container other in links.LinkedTo(container))
        {
            files.ChangeLinks(other);
        }
    }

    /// <summary>Serves a container that runs, if it was started with sockets for it.</summary>
    /// <param name="container">The container, whose endpoints are leased.</param>
    /// <param name="shim">Who keeps its sockets.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task ServeAsync(Container container, IShim shim, CancellationToken cancellation)
    {
        if (await shim.NameSocketsAsync(cancellation).ConfigureAwait(false) is { } sockets)
        {
            Serve(container, shim, sockets);
        }
    }

    /// <summary>Serves who has endpoints and asks through sockets.</summary>
    /// <param name="id">Whose endpoints they are.</param>
    /// <param name="shim">Who keeps the sockets.</param>
    /// <param name="sockets">The sockets; they are taken over.</param>
    /// <param name="servers">The servers to ask for other names; none for the host's.</param>
    /// <param name="given">The resolver's options; none for the host's.</param>
    public void Serve(string id, IShim shim, NameSockets sockets, IReadOnlyList<string> servers, IReadOnlyList<string> given)
    {
        FileDescriptor place;
        try
        {
            place = NetworkNamespace.OpenOf(shim.Pid);
        }
        catch (LinuxException)
        {
            // It has ended already.
            sockets.Dispose();
            return;
        }

        networks.ServeNames(
            id,
            new ResolverSockets(sockets.Udp, sockets.Tcp, place),
            new ResolverSettings([.. servers.Select(s => IPAddress.TryParse(s, out IPAddress? address) ? address : null).OfType<IPAddress>()], given.Count > 0 ? given : null));
    }

    /// <summary>Serves a container that runs and joins its first network with names, and has it ask there.</summary>
    /// <param name="container">The container, whose endpoints are leased.</param>
    /// <param name="shim">Who is to keep its sockets.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task BeginAsync(Container container, IShim shim, CancellationToken cancellation)
    {
        if (await shim.NameSocketsAsync(cancellation).ConfigureAwait(false) is { } there)
        {
            there.Dispose();
            return;
        }

        if (await shim.AddNameSocketsAsync(cancellation).ConfigureAwait(false) is { } sockets)
        {
            Serve(container, shim, sockets);
            files.AskOwnServer(container);
        }
    }

    private void Serve(Container container, IShim shim, NameSockets sockets)
    {
        NetworkSpec network = container.Spec.Network;
        Serve(container.Id, shim, sockets, network.Dns.Count > 0 ? network.Dns : options.Dns, network.DnsOptions.Count > 0 ? network.DnsOptions : options.DnsOptions);
    }

    private static Dictionary<string, string>? LinksOn(Container container, Network network) =>
        container.Attachments.FirstOrDefault(a => a.Network == network.Name)?.Links is { Count: > 0 } links
            ? links.Select(ContainerLinks.Parse).DistinctBy(l => l.Alias).ToDictionary(l => l.Alias, l => l.Target)
            : null;

    /// <summary>The names of a container on a network that has names.</summary>
    public static List<string> NamesOn(Container container, string network)
    {
        if (container.Spec.Network.IsBeside)
        {
            return [container.Name, container.Id[..12]];
        }

        List<string> names = [container.Name, .. container.Attachments.FirstOrDefault(a => a.Network == network)?.Aliases ?? [], container.Id[..12]];
        if (container.Spec.Hostname.Length > 0)
        {
            names.Add(container.Spec.Hostname);
        }

        return [.. names.Distinct(StringComparer.OrdinalIgnoreCase)];
    }
}

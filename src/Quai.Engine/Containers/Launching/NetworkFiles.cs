using System.Net;
using System.Text;
using Quai.Engine.Containers.Networking;
using Quai.Engine.Containers.Spec;
using Quai.Engine.Containers.Spec.Networking;
using Quai.Engine.Containers.State;
using Quai.Engine.Specs;
using Quai.Linux.Modes;
using Quai.Networks;
using Quai.Networks.Sandboxes;

namespace Quai.Engine.Containers.Launching;

/// <summary>Containers' <c>/etc/hosts</c>, <c>/etc/hostname</c> and <c>/etc/resolv.conf</c>.</summary>
internal sealed class NetworkFiles(EngineOptions options, EnginePaths paths, INetworkService networks, ContainerRegistry registry, ContainerLinks links)
{
    private const int MaxHosts = 1 << 20;

    /// <summary>The file names in <c>/etc</c>.</summary>
    public static IReadOnlyList<string> Names { get; } = ["resolv.conf", "hostname", "hosts"];

    /// <summary>The container whose hosts, hostname and resolv.conf a container shows: itself, or the container whose network it shares.</summary>
    public Container OwnerOf(Container container) =>
        container.Spec.Network.Mode.Container is { } other ? registry.Find(other) ?? container : container;

    /// <summary>The hostname that a container shows: its own, or that of the container whose network it shares.</summary>
    public string HostnameOf(Container container) =>
        container.Spec.Network.Mode.Container is { } other && registry.Find(other) is { } donor ? HostnameOf(donor) : container.Spec.Hostname;

    /// <summary>Writes a container's own files, and returns the mounts that show them.</summary>
    public IEnumerable<SpecMount> Mounts(Container container, IReadOnlyList<Endpoint> endpoints)
    {
        string folder = paths.Container(container.Id);
        PrivateFolder.Make(folder);
        Container owner = OwnerOf(container);
        if (owner == container)
        {
            WriteNetworkFiles(container, folder, endpoints);
        }
        else
        {
            folder = paths.Container(owner.Id);
        }

        foreach (string name in Names)
        {
            if (container.Spec.Mounts.All(m => m.Destination != "/etc/" + name))
            {
                yield return new SpecMount { Destination = "/etc/" + name, Source = Path.Combine(folder, name), ReadOnly = container.Spec.Security.ReadonlyRoot, Propagation = "rprivate" };
            }
        }
    }

    /// <summary>Adds an endpoint's addresses to the container's hosts.</summary>
    public void AddHosts(Container container, Endpoint endpoint) => ChangeHosts(
        container, text => text + ContainerFiles.HostLines(container.Spec.Hostname, container.Spec.Domainname, AddressesOf(endpoint)));

    /// <summary>Removes an endpoint's addresses from the container's hosts.</summary>
    public void RemoveHosts(Container container, Endpoint endpoint)
    {
        string[] gone = [.. AddressesOf(endpoint).Select(a => a + "\t")];
        ChangeHostLines(container, lines => lines.Where(l => !gone.Any(g => l.StartsWith(g, StringComparison.Ordinal))));
    }

    /// <summary>Writes the lines of a running container's links anew.</summary>
    public void ChangeLinks(Container container)
    {
        string[] wanted = [.. links.Hosts(container)], tails = [.. wanted.Select(l => l[l.IndexOf('\t', StringComparison.Ordinal)..])];
        ChangeHostLines(container, lines => lines.Where(l => !tails.Any(t => l.EndsWith(t, StringComparison.Ordinal))).Concat(wanted));
    }

    /// <summary>Removes lines of links from a running container's hosts.</summary>
    public void RemoveLinks(Container container, IReadOnlyCollection<string> lines) => ChangeHostLines(container, present => present.Where(l => !lines.Contains(l)));

    private static IEnumerable<IPAddress> AddressesOf(Endpoint endpoint) => ((IPAddress?[])[endpoint.IPv4?.Address, endpoint.IPv6?.Address]).OfType<IPAddress>();

    /// <summary>Has a running container ask its own name server, unless it has changed its resolv.conf.</summary>
    public void AskOwnServer(Container container)
    {
        string without = ResolvConf(container.Spec.Network, ownServer: false), with = ResolvConf(container.Spec.Network, ownServer: true);
        Change(container, "resolv.conf", text => text == without ? with : text);
    }

    private static void Rewrite(string path, Func<string, string> change)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        byte[] before = new byte[MaxHosts];
        int length = file.ReadAtLeast(before, MaxHosts, throwOnEndOfStream: false);
        byte[] after = Encoding.UTF8.GetBytes(change(Encoding.UTF8.GetString(before, 0, length)));
        file.Position = 0;
        file.Write(after);
        file.SetLength(after.Length);
    }

    private void ChangeHosts(Container container, Func<string, string> change) => Change(container, "hosts", change);

    private void ChangeHostLines(Container container, Func<IEnumerable<string>, IEnumerable<string>> change) =>
        ChangeHosts(container, text => string.Concat(change(text.Split('\n').Where(l => l.Length > 0)).Select(l => l + "\n")));

    /// <summary>Changes a file of a running container, in the one that it has mounted. One that its program made huge is left unchanged.</summary>
    private void Change(Container container, string name, Func<string, string> change)
    {
        string path = Path.Combine(paths.Container(container.Id), name);
        if (File.Exists(path) && new FileInfo(path).Length <= MaxHosts)
        {
            Rewrite(path, change);
        }
    }

    private void WriteNetworkFiles(Container container, string folder, IReadOnlyList<Endpoint> endpoints)
    {
        ContainerSpec spec = container.Spec;
        NetworkSpec network = spec.Network;
        bool hostNetwork = network.Mode.IsHost;
        string hosts = hostNetwork ? HostsOfHost(network.ExtraHosts)
            : ContainerFiles.Hosts(spec.Hostname, spec.Domainname, endpoints.SelectMany(AddressesOf), network.ExtraHosts ?? [], networks.HostGateways, links.Hosts(container));
        WriteForContainer(Path.Combine(folder, "hosts"), hosts);
        WriteForContainer(Path.Combine(folder, "hostname"), spec.Hostname + "\n");
        WriteForContainer(
            Path.Combine(folder, "resolv.conf"),
            ResolvConf(network, ownServer: endpoints.Any(e => e.Network.HasNames)));
    }

    private string ResolvConf(NetworkSpec network, bool ownServer) => ContainerFiles.ResolvConf(
        ContainerFiles.HostResolvConf(network.Mode.IsHost),
        network.Dns.Count > 0 ? network.Dns : options.Dns,
        network.DnsSearch.Count > 0 ? network.DnsSearch : options.DnsSearch,
        network.DnsOptions.Count > 0 ? network.DnsOptions : options.DnsOptions,
        network.Mode.IsHost,
        ownServer);

    /// <summary>Inside the container every user can read it; outside, only those who get past the folder.</summary>
    internal static void WriteForContainer(string path, string text)
    {
        File.WriteAllText(path, text);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
    }

    private static string HostsOfHost(IReadOnlyList<string>? extra)
    {
        string text = File.Exists("/etc/hosts") ? File.ReadAllText("/etc/hosts") : "127.0.0.1\tlocalhost\n";
        foreach (string entry in extra ?? [])
        {
            int colon = entry.AsSpan().IndexOfAny(':', '=');
            if (colon > 0)
            {
                text += $"{(text.EndsWith('\n') ? "" : "\n")}{entry[(colon + 1)..].Trim('[', ']')}\t{entry[..colon]}\n";
            }
        }

        return text;
    }
}

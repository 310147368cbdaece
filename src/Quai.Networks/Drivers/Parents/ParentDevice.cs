using System.Text;
using Quai.Errors;
using Quai.Linux;
using Quai.Linux.Netlink;

namespace Quai.Networks.Drivers.Parents;

/// <summary>Parents in the kernel: finds them, makes those that are to be made, and deletes these. Has a socket of its own, in the network namespace of the thread that makes it. Safe for concurrent use.</summary>
/// <param name="owner">Whose the parents are that are made, as other daemons read it beside them; empty for nobody's.</param>
internal sealed class ParentDevice(string owner) : IDisposable
{
    private const int LongestName = 15;
    private const string Mark = "quaid ", ProbeName = "quai-probe";

    private readonly NetlinkSocket _socket = NetlinkSocket.Open(NetlinkConstants.NETLINK_ROUTE);
    private readonly Lock _lock = new();

    /// <summary>Finds an interface; null if there is none.</summary>
    public Link? Find(string name)
    {
        if (Encoding.UTF8.GetByteCount(name) is 0 or > LongestName || name.Any(char.IsControl))
        {
            return null;
        }

        lock (_lock)
        {
            return Links.Find(_socket, name);
        }
    }

    /// <summary>Whether an interface is one that this daemon made, by the mark that it carries.</summary>
    public bool IsOurs(Link link) => owner.Length > 0 && link.Alias == Mark + owner;

    /// <summary>Makes sure that the kernel has a kind of interface.</summary>
    /// <exception cref="QuaiException">It has not.</exception>
    public void CheckKind(string kind)
    {
        using var writer = new NetlinkWriter();
        Links.WriteProbe(writer, ProbeName, kind);
        try
        {
            Send(writer, $"ask for {kind}");
        }
        catch (LinuxException e) when (e.Errno == Errno.EOPNOTSUPP)
        {
            throw QuaiException.System($"failed to create the {kind} port: this host's kernel has no {kind} interfaces: {Errno.Message(e.Errno)}", e);
        }
        catch (LinuxException)
        {
            // It has the kind, and misses a parent.
        }
    }

    /// <summary>Makes an interface that leads nowhere, and is up.</summary>
    /// <exception cref="QuaiException">The kernel refuses.</exception>
    public void EnsureDummy(string name)
    {
        if (Find(name) is null)
        {
            using var writer = new NetlinkWriter();
            Links.WriteDummy(writer, name);
            Make(writer, name, e => $"failed to create the dummy link {name}, as no parent is given (-o parent=…): {e}");
        }

        Finish(name);
    }

    /// <summary>Makes an 802.1Q sub-interface, and sets it up.</summary>
    /// <exception cref="QuaiException">Its own interface is not there, or the kernel refuses.</exception>
    public void EnsureVlan(string name)
    {
        if (Find(name) is null)
        {
            VlanName vlan = VlanName.Parse(name);
            Link parent = Find(vlan.Interface) ?? throw NotFound(vlan.Interface);
            using var writer = new NetlinkWriter();
            Links.WriteVlan(writer, new StackedLink { Name = name, Parent = parent.Index }, vlan.Id);
            Make(writer, name, e => $"failed to create {name} vlan link: {e}");
        }

        Finish(name);
    }

    /// <summary>Says that there is no such interface.</summary>
    public static QuaiException NotFound(string name) => QuaiException.System($"-o parent interface was not found on the host: {name}");

    /// <summary>Deletes an interface that this daemon made, if it is there.</summary>
    public void Delete(string name)
    {
        // One without a mark was just being made when the daemon died.
        if (Find(name) is not { Kind: "vlan" or "dummy" } link || (link.Alias.Length > 0 && !IsOurs(link)))
        {
            return;
        }

        using var writer = new NetlinkWriter();
        Links.WriteDelete(writer, link.Index);
        try
        {
            Send(writer, $"delete interface {name}");
        }
        catch (LinuxException e) when (e.Errno == Errno.ENODEV)
        {
            // Its own parent went in between and took it along.
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();

    private void Make(NetlinkWriter writer, string name, Func<string, string> sentence)
    {
        try
        {
            Send(writer, $"create interface {name}");
        }
        catch (LinuxException e) when (e.Errno != Errno.EEXIST)
        {
            throw QuaiException.System(sentence(Errno.Message(e.Errno)), e);
        }
    }

    private void Finish(string name)
    {
        if (Find(name) is { Alias.Length: > 0 } link && !IsOurs(link))
        {
            // Somebody else made it meanwhile.
            return;
        }

        using var writer = new NetlinkWriter();
        Links.WriteChange(writer, new LinkChange { Name = name, Alias = owner.Length > 0 ? Mark + owner : null, Up = true });
        Send(writer, $"set interface {name} up");
    }

    private void Send(NetlinkWriter writer, string what)
    {
        lock (_lock)
        {
            _socket.Request(writer.Written, what);
        }

        writer.Clear();
    }
}

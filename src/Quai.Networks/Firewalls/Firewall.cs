using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Quai.Linux;
using Quai.Networks.Firewalls.Host;
using Quai.Networks.Firewalls.Tables;

namespace Quai.Networks.Firewalls;

/// <summary>
/// This daemon's nftables tables: one of family <c>ip</c>, and one of the same name in family <c>ip6</c>.
/// <para>
/// An <c>accept</c> in one table does not overrule a <c>drop</c> in another. So what is forwarded for containers is marked, and <see cref="ForwardPass"/> has the
/// firewalls of others accept the mark. Traffic between host and containers, published ports from the host among it, is not forwarded and so not concerned;
/// traffic between containers is bridged, and concerned only where <c>br_netfilter</c> is loaded and <c>net.bridge.bridge-nf-call-iptables</c> is 1, as dockerd leaves it.
/// </para>
/// </summary>
internal sealed partial class Firewall : IDisposable
{
    private readonly FirewallTable _ipv4;
    private readonly FirewallTable? _ipv6;
    private readonly ILogger _logger;
    private bool _hasIPv6;

    /// <param name="table">The name of its tables.</param>
    /// <param name="comment">Whose they are, for <c>nft list</c>; empty for nothing.</param>
    /// <param name="ipv6">Whether the kernel has IPv6.</param>
    /// <param name="logger">For what is done in the background.</param>
    /// <param name="time">The clock.</param>
    public Firewall(string table, string comment, bool ipv6, ILogger logger, TimeProvider time)
    {
        _ipv4 = new FirewallTable(table, AddressFamily.InterNetwork, comment, logger, time);
        _ipv6 = ipv6 ? new FirewallTable(table, AddressFamily.InterNetworkV6, comment, logger, time) : null;
        _logger = logger;
    }

    /// <summary>Replaces the tables by new ones with exactly these bridges and endpoints.</summary>
    /// <param name="bridges">The bridges.</param>
    /// <param name="endpoints">Whose ports are published.</param>
    /// <param name="guards">What keeps the host from forwarding for others.</param>
    /// <param name="word">What the host's own firewall denies.</param>
    public void Rebuild(IReadOnlyList<FirewalledBridge> bridges, IReadOnlyList<Endpoint> endpoints, ForwardGuards guards, HostWord word)
    {
        Keeping(word.IPv4, denials => _ipv4.Rebuild(bridges, endpoints, guards.IPv4, denials));
        WithIPv6(bridges, t => Keeping(word.IPv6, denials => t.Rebuild(bridges, endpoints, guards.IPv6, denials)));
    }

    /// <summary>Leaves to the host's own firewall what it denies.</summary>
    public void Heed(HostWord word)
    {
        Keeping(word.IPv4, _ipv4.Heed);
        if (_hasIPv6)
        {
            Keeping(word.IPv6, _ipv6!.Heed);
        }
    }

    /// <summary>Writes the tables anew if somebody took them away or emptied them.</summary>
    /// <returns>Whether that was so.</returns>
    public bool Mend()
    {
        bool mended = _ipv4.Mend();
        return (_hasIPv6 && _ipv6!.Mend()) || mended;
    }

    /// <summary>Changes the tables for other bridges.</summary>
    public void SetBridges(IReadOnlyList<FirewalledBridge> bridges, ForwardGuards guards)
    {
        _ipv4.SetBridges(bridges, guards.IPv4);
        WithIPv6(bridges, t => t.SetBridges(bridges, guards.IPv6));
    }

    /// <summary>Puts an endpoint's egress policy into force.</summary>
    public void Restrict(Endpoint endpoint)
    {
        _ipv4.Restrict(endpoint);
        _ipv6?.Restrict(endpoint);
    }

    /// <inheritdoc cref="HostTraffic.Admit"/>
    public void Admit(string set, IReadOnlyList<(IPAddress Address, TimeSpan Lifetime)> addresses)
    {
        _ipv4.Admit(set, addresses);
        _ipv6?.Admit(set, addresses);
    }

    /// <summary>Publishes an endpoint's ports, those of a family in one transaction, unless it is gone when its turn comes.</summary>
    public void Add(Endpoint endpoint, Func<bool> stillThere)
    {
        _ipv4.Add(endpoint, stillThere);
        _ipv6?.Add(endpoint, stillThere);
    }

    /// <summary>Changes what is published of an endpoint, each family in one transaction: what stays is not interrupted.</summary>
    public void Change(Endpoint endpoint)
    {
        _ipv4.Change(endpoint);
        _ipv6?.Change(endpoint);
    }

    /// <summary>Has ports that one endpoint had lead to another, each family in one transaction.</summary>
    public void Move(Endpoint from, Endpoint to)
    {
        _ipv4.Move(from, to);
        _ipv6?.Move(from, to);
    }

    /// <summary>Withdraws an endpoint's ports and its egress policy, in the background.</summary>
    public void Remove(string endpointId)
    {
        _ipv4.Remove(endpointId);
        _ipv6?.Remove(endpointId);
    }

    /// <summary>Done when nothing waits to be withdrawn.</summary>
    public Task FlushAsync() => _ipv6 is null ? _ipv4.FlushAsync() : Task.WhenAll(_ipv4.FlushAsync(), _ipv6.FlushAsync());

    /// <summary>Deletes the tables, but for the guards: as long as forwarding is on, the host forwards for nobody else.</summary>
    public void Destroy()
    {
        _ipv4.Destroy();
        WithIPv6([], t => t.Destroy());
    }

    /// <summary>Deletes tables that this daemon had under an earlier name.</summary>
    public void DeleteTables(string table)
    {
        _ipv4.Delete(table);
        WithIPv6([], t => t.Delete(table));
    }

    /// <summary>Deletes the table of IPv6 alone.</summary>
    public void DeleteIPv6(string table) => WithIPv6([], t => t.Delete(table));

    /// <inheritdoc/>
    public void Dispose()
    {
        _ipv4.Dispose();
        _ipv6?.Dispose();
    }

    // What somebody else's rules ask may be refused in a table of Quai's. Nothing else is to fail for that.
    private void Keeping(HostDenials denials, Action<HostDenials> write)
    {
        try
        {
            write(denials);
        }
        catch (LinuxException e) when (denials != HostDenials.None)
        {
            LogNotKept(_logger, e.Message);
            write(HostDenials.None);
        }
    }

    // A kernel may have IPv6 and no tables of it. That matters only to who has networks with it.
    private void WithIPv6(IReadOnlyList<FirewalledBridge> bridges, Action<FirewallTable> write)
    {
        if (_ipv6 is null)
        {
            return;
        }

        try
        {
            write(_ipv6);
            _hasIPv6 = true;
        }
        catch (LinuxException e) when (!bridges.Any(b => b.IPv6 is not null))
        {
            LogNoIPv6Rules(_logger, e.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "what the host's firewall denies cannot be denied for published ports: {Reason}")]
    private static partial void LogNotKept(ILogger logger, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "nftables rules for IPv6 cannot be written: {Reason}")]
    private static partial void LogNoIPv6Rules(ILogger logger, string reason);
}

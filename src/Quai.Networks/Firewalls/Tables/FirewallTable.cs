using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Quai.Linux;
using Quai.Linux.Netlink;
using Quai.Linux.Nftables;
using Quai.Networks.Firewalls.Host;

namespace Quai.Networks.Firewalls.Tables;

/// <summary>
/// This daemon's nftables table of one family. Published ports are elements of maps, so a thousand cost a packet as much as one, and publishing is one transaction.
/// Safe for concurrent use.
/// </summary>
/// <param name="table">Its name.</param>
/// <param name="family">Its family.</param>
/// <param name="comment">Whose it is, for <c>nft list</c>; empty for nothing.</param>
/// <param name="logger">For what is done in the background.</param>
/// <param name="time">The clock.</param>
internal sealed partial class FirewallTable(string table, AddressFamily family, string comment, ILogger logger, TimeProvider time) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly NetlinkSocket _socket = NftBatch.OpenSocket();
    private readonly NftFamily _family = family == AddressFamily.InterNetwork ? NftFamily.IPv4 : NftFamily.IPv6;
    private readonly Dictionary<string, PublishedElements> _published = [];
    private readonly EgressEndpoints _egress = new(table, family);
    private readonly EgressAddresses _addresses = new(family, time);
    private IReadOnlyList<FirewalledBridge> _bridges = [];
    private ForwardGuard? _guard;
    private HostDenials _denials = HostDenials.None;
    private PublishedElements _withdrawn = PublishedElements.None;
    private Task? _draining;

    /// <summary>Replaces the table by a new one, in one transaction, with exactly these bridges and endpoints.</summary>
    /// <param name="bridges">The bridges.</param>
    /// <param name="endpoints">Whose ports are published.</param>
    /// <param name="guard">What keeps the host from forwarding for others, where Quai turned forwarding on; null where it did not.</param>
    /// <param name="denials">What the host's own firewall denies.</param>
    public void Rebuild(IReadOnlyList<FirewalledBridge> bridges, IReadOnlyList<Endpoint> endpoints, ForwardGuard? guard, HostDenials denials)
    {
        lock (_lock)
        {
            _egress.Reset(endpoints);
            _addresses.Reset(SetsOf(bridges).Concat(_egress.Sets), _socket, table);
            _bridges = bridges;
            _guard = guard;
            _denials = denials;
            _published.Clear();
            foreach (Endpoint endpoint in endpoints)
            {
                Publish(endpoint);
            }

            Rebuild();
        }
    }

    /// <summary>Writes the table anew if somebody took it away or emptied it.</summary>
    /// <returns>Whether that was so.</returns>
    public bool Mend()
    {
        lock (_lock)
        {
            if (HasChain(TableRules.Raw) && (!TableRules.IsWhole(family, _bridges, _guard)
                || (HasChain(TableRules.Forward) && NftListing.Rules(_socket, _family, table, TableRules.Publish).Count > 0
                    && Holds(TableRules.Ports, p => p.Ports) && Holds(TableRules.AddressedPorts, p => p.AddressedPorts) && Holds(TableRules.OpenPorts, p => p.OpenPorts)
                    && NftBatch.List(_socket, table, EgressChains.Endpoints, _family).Count >= _egress.Count)))
            {
                return false;
            }

            LogRebuilding(logger, table, "it was gone or empty");
            Rebuild();
            return true;
        }
    }

    /// <summary>Changes the table for other bridges.</summary>
    /// <param name="bridges">The bridges.</param>
    /// <param name="guard">As in <see cref="Rebuild(IReadOnlyList{FirewalledBridge}, IReadOnlyList{Endpoint}, ForwardGuard, HostDenials)"/>.</param>
    public void SetBridges(IReadOnlyList<FirewalledBridge> bridges, ForwardGuard? guard)
    {
        lock (_lock)
        {
            (IReadOnlyList<FirewalledBridge> Bridges, ForwardGuard? Guard) before = (_bridges, _guard);
            (_bridges, _guard) = (bridges, guard);
            FirewalledBridge[] gone = [.. before.Bridges.Except(bridges)], added = [.. bridges.Except(before.Bridges)];
            _addresses.Remove(SetsOf(gone));
            _addresses.Add(SetsOf(bridges));
            try
            {
                bool whole = TableRules.IsWhole(family, bridges, guard);
                if (guard?.ToString() != before.Guard?.ToString() || whole != TableRules.IsWhole(family, before.Bridges, before.Guard))
                {
                    Rebuild();
                    return;
                }

                // A network without a bridge changes nothing here, and a transaction of nothing is answered by nothing.
                Commit(
                    gone.Length + added.Length == 0 ? null : batch =>
                    {
                        var rules = new TableRules(batch, table, family);
                        rules.Delete(gone, whole);
                        rules.Add(added, whole);
                    },
                    $"change networks in nftables table {table}");
            }
            catch
            {
                (_bridges, _guard) = before;
                _addresses.Add(SetsOf(before.Bridges));
                throw;
            }
        }
    }

    /// <summary>Leaves to the host's own firewall what it denies.</summary>
    public void Heed(HostDenials denials)
    {
        lock (_lock)
        {
            HostDenials before = _denials;
            if (before.IsSame(denials))
            {
                return;
            }

            _denials = denials;
            Action<NftBatch> change = batch =>
            {
                before.DeleteFrom(batch, table);
                denials.AddTo(batch, table);
            };
            Commit(TableRules.IsWhole(family, _bridges, _guard) ? change : null, $"deny in nftables table {table} what the host's firewall denies");
        }
    }

    /// <summary>Publishes an endpoint's ports in one transaction, unless it is gone when its turn comes.</summary>
    public void Add(Endpoint endpoint, Func<bool> stillThere)
    {
        lock (_lock)
        {
            if (!stillThere() || _published.ContainsKey(endpoint.Id) || Publish(endpoint) is not { } elements)
            {
                return;
            }

            try
            {
                // What is withdrawn goes in the same transaction: a port may pass from one container to the next.
                Commit(batch => elements.AddTo(batch, table), $"publish ports of {endpoint.AddressOf(family)?.Address}");
                UdpFlows.ForgetTo(_socket, elements, logger);
            }
            catch
            {
                _published.Remove(endpoint.Id);
                throw;
            }
        }
    }

    /// <summary>Puts an endpoint's egress policy into force.</summary>
    public void Restrict(Endpoint endpoint)
    {
        lock (_lock)
        {
            if (_egress.Add(endpoint) is not { } restricted)
            {
                return;
            }

            try
            {
                Commit(batch => new EgressChains(batch, table, family).Add(restricted), $"restrict {endpoint.AddressOf(family)?.Address}");
                _addresses.Add(restricted.Sets);
            }
            catch
            {
                _egress.Forget(endpoint.Id);
                throw;
            }
        }
    }

    /// <inheritdoc cref="HostTraffic.Admit"/>
    public void Admit(string set, IReadOnlyList<(IPAddress Address, TimeSpan Lifetime)> addresses)
    {
        lock (_lock)
        {
            IReadOnlyList<NftElement> wanting = _addresses.Note(set, addresses);
            try
            {
                Commit(wanting.Count == 0 ? null : batch => new EgressChains(batch, table, family).Admit(set, wanting), $"let through what {set} stands for");
            }
            catch (LinuxException e)
            {
                _addresses.Forget(set, wanting);
                LogNotAdmitted(logger, e.Message);
            }
        }
    }

    /// <summary>Withdraws an endpoint's ports and its egress policy, in the background.</summary>
    public void Remove(string endpointId)
    {
        lock (_lock)
        {
            EgressEndpoint? restricted = _egress.Withdraw(endpointId);
            _addresses.Remove(restricted?.Sets ?? []);
            if (_published.Remove(endpointId, out PublishedElements? elements))
            {
                _withdrawn.Add(elements);
            }

            if ((restricted, elements) is not (null, null))
            {
                _draining ??= Task.Run(Drain);
            }
        }
    }

    /// <summary>Done when nothing waits to be withdrawn.</summary>
    public Task FlushAsync()
    {
        lock (_lock)
        {
            return _draining ?? Task.CompletedTask;
        }
    }

    /// <summary>Deletes the table, but for the guard: as long as forwarding is on, the host forwards for nobody else.</summary>
    public void Destroy()
    {
        lock (_lock)
        {
            _published.Clear();
            _egress.Reset([]);
            _addresses.Reset([], _socket, table);
            _withdrawn = PublishedElements.None;
            _bridges = [];
            _denials = HostDenials.None;
            if (_guard is not null)
            {
                Rebuild();
                return;
            }

            Delete(table);
        }
    }

    /// <summary>Deletes this table, or one that this daemon had under an earlier name.</summary>
    public void Delete(string name)
    {
        lock (_lock)
        {
            using var batch = new NftBatch(_family);

            // Deleting what is not there fails, so it is made first.
            batch.AddTable(name);
            batch.DeleteTable(name);
            batch.Commit(_socket, $"delete nftables table {name}");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();

    private PublishedElements? Publish(Endpoint endpoint)
    {
        PublishedElements elements = PublishedElements.Of(endpoint, family);
        if (elements.IsEmpty)
        {
            return null;
        }

        _published[endpoint.Id] = elements;
        return elements;
    }

    private void Rebuild()
    {
        using var batch = new NftBatch(_family);

        // Deleting what is not there fails, so it is made first.
        batch.AddTable(table);
        batch.DeleteTable(table);
        batch.AddTable(table, comment);
        new TableRules(batch, table, family).Write(_bridges, _guard);
        if (TableRules.IsWhole(family, _bridges, _guard))
        {
            _denials.AddTo(batch, table);
        }

        foreach (PublishedElements elements in _published.Values)
        {
            elements.AddTo(batch, table);
        }

        _egress.Write(batch);
        _addresses.Write(batch, table);
        batch.Commit(_socket, $"write nftables table {table} of family {(family == AddressFamily.InterNetwork ? "ip" : "ip6")}");
        ForgetWithdrawn();
    }

    private IEnumerable<string> SetsOf(IEnumerable<FirewalledBridge> bridges) =>
        bridges.Where(b => b.Of(family) is not null).SelectMany(b => EgressChains.NamesOf(b.Interface, b.Egress)).Select(n => n.Set);

    private bool HasChain(string chain) => NftListing.BaseChains(_socket, _family).Any(c => c.Table == table && c.Name == chain);

    private bool Holds(string map, Func<PublishedElements, List<NftElement>> elements) =>
        NftBatch.List(_socket, table, map, _family).Count >= _published.Values.Sum(p => elements(p).Count);

    private void Drain()
    {
        lock (_lock)
        {
            _draining = null;
            try
            {
                Commit(null, $"withdraw ports from nftables table {table}");
            }
            catch (LinuxException e)
            {
                LogWithdrawFailed(logger, e.Message);
            }
        }
    }

    private void Commit(Action<NftBatch>? add, string what)
    {
        if (_withdrawn.IsEmpty && _egress.IsDone && add is null)
        {
            return;
        }

        using var batch = new NftBatch(_family);
        _withdrawn.DeleteFrom(batch, table);
        _egress.DeleteWithdrawn(batch);
        add?.Invoke(batch);
        try
        {
            batch.Commit(_socket, what);
            ForgetWithdrawn();
        }
        catch (LinuxException e) when (e.Errno is Errno.ENOENT or Errno.EEXIST)
        {
            // Somebody took the table or elements of it away, or put some in ("nft flush ruleset"): what should be there is known.
            LogRebuilding(logger, table, e.Message);
            Rebuild();
        }
    }

    private void ForgetWithdrawn()
    {
        UdpFlows.ForgetOf(_socket, _withdrawn, logger);
        _withdrawn = PublishedElements.None;
        _egress.ForgetWithdrawn();
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "nftables table {Table} was changed by somebody else and is written anew: {Reason}")]
    private static partial void LogRebuilding(ILogger logger, string table, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "published ports could not be withdrawn and will be with the next change: {Reason}")]
    private static partial void LogWithdrawFailed(ILogger logger, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "addresses that a container may reach by name are not let through: {Reason}")]
    private static partial void LogNotAdmitted(ILogger logger, string reason);
}

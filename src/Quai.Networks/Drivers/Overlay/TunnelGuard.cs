using System.Globalization;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Quai.Errors;
using Quai.Linux;
using Quai.Linux.Netlink;
using Quai.Linux.Nftables;
using Quai.Networks.Firewalls;

namespace Quai.Networks.Drivers.Overlay;

/// <summary>
/// Rules by which nothing of an encrypted network passes between hosts in the clear: what arrives of it otherwise than by its own states is dropped, what leaves is marked for its policies, and dropped where
/// there is none. Each network has a table of its own, so that its rules are there before its tunnel and go after it. Others' networks of the same port are not concerned.
/// </summary>
internal sealed class TunnelGuard : IDisposable
{
    private const string Arriving = "arriving", Marking = "marking", Leaving = "leaving";
    private const byte Udp = 17;
    private const int Last = 300, Rules = 4;

    private static readonly NftFamily[] s_families = [NftFamily.IPv4, NftFamily.IPv6];

    private readonly Lock _lock = new();
    private readonly Dictionary<uint, OverlaySettings> _guarded = [];
    private readonly NetworkOptions _options;
    private readonly NetlinkSocket? _socket;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private FirewallWatch? _watch;

    /// <param name="options">The daemon's settings.</param>
    /// <param name="logger">For what is done in the background.</param>
    /// <param name="time">The clock.</param>
    public TunnelGuard(NetworkOptions options, ILogger logger, TimeProvider time)
    {
        (_options, _logger, _time) = (options, logger, time);
        _socket = options.Firewall ? NftBatch.OpenSocket() : null;
    }

    /// <summary>Writes the rules of a network, in the place of those that there are of it.</summary>
    /// <exception cref="QuaiException">The kernel cannot tell what came encrypted.</exception>
    public void Put(OverlaySettings network)
    {
        lock (_lock)
        {
            _watch ??= new FirewallWatch(Mend, _time, _logger);
            try
            {
                Write(network);
            }
            catch (LinuxException e) when (e.Errno is Errno.ENOENT or Errno.EOPNOTSUPP)
            {
                throw QuaiException.System($"this host's kernel has no rules that tell what came encrypted (modules nft_xfrm, nft_chain_route): {Errno.Message(e.Errno)}", e);
            }

            _guarded[network.Id] = network;
        }

        _watch.Start();
    }

    /// <summary>Deletes the rules of a network, if there are any.</summary>
    public void Remove(uint id)
    {
        if (_socket is null)
        {
            return;
        }

        lock (_lock)
        {
            _guarded.Remove(id);
            foreach (NftFamily family in s_families)
            {
                try
                {
                    // Deleting what is not there fails, so it is made first.
                    using var batch = new NftBatch(family);
                    batch.AddTable(TableOf(id));
                    batch.DeleteTable(TableOf(id));
                    batch.Commit(_socket, $"delete nftables table {TableOf(id)}");
                }
                catch (LinuxException e) when (e.Errno == Errno.EOPNOTSUPP)
                {
                    // A kernel without tables of this family has no rules in one.
                }
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _watch?.Dispose();
        _socket?.Dispose();
    }

    private static NftFamily FamilyOf(OverlaySettings network) => network.Local.AddressFamily == AddressFamily.InterNetwork ? NftFamily.IPv4 : NftFamily.IPv6;

    private string TableOf(uint id) => string.Create(CultureInfo.InvariantCulture, $"{_options.TableName}-overlay-{id}");

    private void Mend()
    {
        lock (_lock)
        {
            foreach (OverlaySettings network in _guarded.Values)
            {
                if (!IsWhole(network))
                {
                    Write(network);
                }
            }
        }
    }

    private bool IsWhole(OverlaySettings network)
    {
        string table = TableOf(network.Id);
        NftFamily family = FamilyOf(network);
        List<string> chains = [.. NftListing.BaseChains(_socket!, family).Where(c => c.Table == table).Select(c => c.Name)];
        return chains.Count == 3 && chains.Sum(c => NftListing.Rules(_socket!, family, table, c).Count) == Rules;
    }

    private void Write(OverlaySettings network)
    {
        string table = TableOf(network.Id);
        using var batch = new NftBatch(FamilyOf(network));

        // Deleting what is not there fails, so it is made first.
        batch.AddTable(table);
        batch.DeleteTable(table);
        batch.AddTable(table, _options.Owner.Length > 0 ? $"quaid {_options.Owner}" : "");
        batch.AddChain(table, Arriving, NftHook.Input("filter", NftHook.Mangle));
        batch.AddChain(table, Marking, NftHook.Output("route", NftHook.Mangle));
        batch.AddChain(table, Leaving, NftHook.Output("filter", Last));
        Of(network, batch.Rule(table, Arriving)).CameByIpsec(network.Mark).Accept();
        Of(network, batch.Rule(table, Arriving)).Drop();
        Of(network, batch.Rule(table, Marking)).SetMark(network.Mark);
        Of(network, batch.Rule(table, Leaving)).LeavesWithoutIpsec().Drop();
        batch.Commit(_socket!, $"write nftables table {table}");
    }

    private static NftRule Of(OverlaySettings network, NftRule rule) => rule.Protocol(Udp).DestinationPort(network.Port).VxlanId(network.Id);
}

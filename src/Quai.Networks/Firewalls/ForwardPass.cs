using Microsoft.Extensions.Logging;
using Quai.Linux;
using Quai.Linux.Netlink;
using Quai.Linux.Nftables;

namespace Quai.Networks.Firewalls;

/// <summary>
/// Lets what is forwarded for containers pass the firewalls of others. What one table drops no other can let pass, and many a host drops what it was not told to forward:
/// dockerd sets that policy, ufw does, an administrator may. So Quai's table marks what it lets pass, in a chain that comes before the others, and each chain that would
/// refuse it gets one rule of Quai's, which accepts the mark: after all of its own rules, so that what its administrator denies is denied. It is a rule
/// that <c>iptables</c> can read, and it goes when the daemon ends and no container runs.
/// </summary>
internal sealed partial class ForwardPass : IDisposable
{
    /// <summary>The bit of a packet's mark by which the others' chains know it. No packet brings a mark along out of a container.</summary>
    public const uint Mark = 0x1000_0000;

    private const int Forward = 2;
    private const string Prefix = "for ";

    // In inet one chain sees both families.
    private static readonly NftFamily[] s_families = [NftFamily.IPv4, NftFamily.Inet, NftFamily.IPv6];

    private readonly Lock _lock = new();
    private readonly NetlinkSocket _socket = NftBatch.OpenSocket();
    private readonly HashSet<string> _told = [], _passes = [];
    private readonly string _comment;
    private readonly ILogger _logger;

    /// <param name="table">The daemon's own table.</param>
    /// <param name="logger">For what is changed in others' tables.</param>
    public ForwardPass(string table, ILogger logger)
    {
        _comment = Prefix + table;
        _logger = logger;
    }

    /// <summary>Puts rules into the chains that need one, and takes them out of those that do not. A chain that is as it should be is left alone.</summary>
    /// <param name="wanted">Whether anything is to pass.</param>
    /// <param name="ipv6">Whether anything of IPv6 is.</param>
    public void Apply(bool wanted, bool ipv6)
    {
        lock (_lock)
        {
            try
            {
                NftBaseChain[] chains = [.. s_families.SelectMany(f => NftListing.BaseChains(_socket, f)).Where(c => c.Hook == Forward)];
                HashSet<string> daemons = [.. chains.Where(c => TableNames.IsQuais(c.Table)).Select(c => Prefix + c.Table)];
                foreach (NftBaseChain chain in chains.Where(c => !TableNames.IsQuais(c.Table)))
                {
                    Apply(chain, chain.Family == NftFamily.IPv6 ? ipv6 : wanted, daemons);
                }
            }
            catch (LinuxException e)
            {
                LogUnreadable(_logger, e.Message);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();

    // What somebody denies later, after ours, is denied, too.
    private static bool IsLast(List<NftListedRule> rules, int at, ulong? before)
    {
        int end = before is { } handle ? rules.FindIndex(r => r.Handle == handle) : rules.Count;
        return at < end && rules[(at + 1)..end].All(IsQuaisRule);
    }

    private static bool IsQuaisRule(NftListedRule rule) => rule.Comment.StartsWith(Prefix, StringComparison.Ordinal) && TableNames.IsQuais(rule.Comment[Prefix.Length..]);

    private void Apply(NftBaseChain chain, bool wanted, HashSet<string> daemons)
    {
        List<NftListedRule> rules = NftListing.Rules(_socket, chain.Family, chain.Table, chain.Name);
        int[] own = [.. rules.Index().Where(r => r.Item.Comment == _comment).Select(r => r.Index)];

        // A daemon that was killed, and whose table is gone, left its rule.
        NftListedRule[] left = [.. rules.Where(r => IsQuaisRule(r) && r.Comment != _comment && !daemons.Contains(r.Comment))];
        ForeignChain found = ForeignChain.Read(chain.Drops, rules.Where(r => !IsQuaisRule(r)), name => NftListing.Rules(_socket, chain.Family, chain.Table, name));
        bool needed = wanted && found.Refuses;
        bool right = needed
            ? own is [var at] && IsLast(rules, at, found.Before)
            : own.Length == 0;
        if (right && left.Length == 0)
        {
            return;
        }

        using var batch = new NftBatch(chain.Family);
        foreach (NftListedRule rule in left.Concat(right ? [] : own.Select(i => rules[i])))
        {
            batch.DeleteRule(chain.Table, chain.Name, rule.Handle);
        }

        if (needed && !right)
        {
            batch.Rule(chain.Table, chain.Name, found.Before, _comment).Marked(Mark).Count().Accept();
        }

        try
        {
            batch.Commit(_socket, $"let containers pass nftables chain {chain.Table} {chain.Name}");
            _told.Remove(chain.Table);
            if (needed && !right && _passes.Add($"{chain.Family} {chain.Table} {chain.Name}"))
            {
                LogPasses(_logger, chain.Table, chain.Name);
            }
        }
        catch (LinuxException e)
        {
            // It belongs to a process that lets nobody else write it (firewalld), or has just gone.
            if (e.Errno != Errno.ENOENT && _told.Add(chain.Table))
            {
                LogRefused(_logger, chain.Table, chain.Name, e.Message);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "nftables chain {Table} {Chain} refuses what is forwarded; it has a rule now by which containers' packets pass")]
    private static partial void LogPasses(ILogger logger, string table, string chain);

    [LoggerMessage(Level = LogLevel.Warning, Message = "nftables chain {Table} {Chain} refuses what is forwarded, containers' packets among it, and cannot be changed: {Reason}. Let the containers' bridges pass there")]
    private static partial void LogRefused(ILogger logger, string table, string chain, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "the firewall of others cannot be read, and may refuse what is forwarded for containers: {Reason}")]
    private static partial void LogUnreadable(ILogger logger, string reason);
}

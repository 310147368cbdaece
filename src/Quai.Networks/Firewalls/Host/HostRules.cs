using Microsoft.Extensions.Logging;
using Quai.Linux;
using Quai.Linux.Netlink;
using Quai.Linux.Nftables;

namespace Quai.Networks.Firewalls.Host;

/// <summary>What the host's own firewall says of published ports, and of containers (<c>DOCKER-USER</c>).</summary>
internal sealed partial class HostRules : IDisposable
{
    private const int Tries = 5, Forward = 2;
    private const string DockerUser = "DOCKER-USER";

    private readonly NetlinkSocket _socket = NftBatch.OpenSocket();
    private readonly ILogger _logger;
    private string _told = "";
    private bool _toldUnhooked;

    /// <param name="logger">For what cannot be kept.</param>
    public HostRules(ILogger logger) => _logger = logger;

    /// <summary>Reads it; what cannot be read at all is told and denies nothing.</summary>
    public HostWord Read()
    {
        for (int i = 1; ; i++)
        {
            try
            {
                ReportUnhooked();
                HostRuleReader ipv4 = new(_socket, NftFamily.IPv4), ipv6 = new(_socket, NftFamily.IPv6);
                var read = new HostWord(ipv4.Read(TableNames.IsQuais), ipv6.Read(TableNames.IsQuais));
                Report([.. ipv4.Unheeded.Union(ipv6.Unheeded)]);
                return read;
            }
            catch (LinuxException e) when (e.Errno == Errno.EINTR && i < Tries)
            {
                // Somebody writes it at this moment.
            }
            catch (LinuxException e)
            {
                LogUnreadable(_logger, e.Message);
                return HostWord.None;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();

    private void Report(string[] unheeded)
    {
        string now = string.Join(", ", unheeded);
        if (now != _told && now.Length > 0)
        {
            LogUnheeded(_logger, now);
        }

        _told = now;
    }

    /// <summary>A chain that dockerd made and nobody jumps to any more, since dockerd is gone, is not asked, whatever somebody wrote there.</summary>
    private void ReportUnhooked()
    {
        foreach (NftFamily family in (NftFamily[])[NftFamily.IPv4, NftFamily.IPv6])
        {
            List<NftListedRule> rules = NftListing.Rules(_socket, family, "filter", DockerUser);
            bool says = rules.Any(r => r.Conditions.Verdict is NftRuleEnd.Refuse or NftRuleEnd.Jump or NftRuleEnd.Goto);
            bool unhooked = says && !NftListing.BaseChains(_socket, family).Where(c => c.Hook == Forward && c.Table == "filter")
                .Any(c => NftListing.Rules(_socket, family, c.Table, c.Name).Any(r => r.Conditions.Target == DockerUser));
            if (unhooked && !_toldUnhooked)
            {
                LogUnhooked(_logger, family == NftFamily.IPv4 ? "iptables" : "ip6tables");
            }

            _toldUnhooked |= unhooked;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "the host's firewall denies ports or sources by rules that published ports cannot follow, as they count, or ask what only they know: {Rules}. Deny these in its chain of forwarding, too")]
    private static partial void LogUnheeded(ILogger logger, string rules);

    [LoggerMessage(Level = LogLevel.Warning, Message = "there are rules in the chain DOCKER-USER, but nothing leads there, so they have no effect: '{Command} -I FORWARD -j DOCKER-USER' has them asked")]
    private static partial void LogUnhooked(ILogger logger, string command);

    [LoggerMessage(Level = LogLevel.Warning, Message = "the host's firewall cannot be read; what it denies is not denied for published ports: {Reason}")]
    private static partial void LogUnreadable(ILogger logger, string reason);
}

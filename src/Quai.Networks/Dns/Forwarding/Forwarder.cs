using System.Collections.Immutable;
using Quai.Networks.Dns.Messages;
using Quai.Networks.Dns.Names;

namespace Quai.Networks.Dns.Forwarding;

/// <summary>Asks other servers for what no network of the container knows: one after the other, in bounded time.</summary>
internal sealed class Forwarder(UpstreamConnector connect, DnsServerOptions options, TimeProvider time)
{
    private readonly UpstreamExchange _exchange = new(connect);
    private readonly AnswerCache _cache = new(options.CacheEntries, options.MostCacheTime, time);

    /// <summary>Finds an answer that is kept.</summary>
    /// <returns>Its bytes; 0 where there is none.</returns>
    public int FindKept(ReadOnlySpan<byte> message, in DnsQuery query, LookupScope scope, Span<byte> room) => _cache.Find(message, query, scope.UsableServers, room);

    /// <summary>Asks the servers that the container may ask.</summary>
    /// <param name="message">The client's message.</param>
    /// <param name="query">What it asks.</param>
    /// <param name="scope">Whom it may ask.</param>
    /// <param name="large">Whether it takes answers of any size.</param>
    /// <param name="cancellation">Nobody waits for it any more.</param>
    /// <returns>The answer, addressed to the client; null where none of them has one.</returns>
    public async ValueTask<PooledMessage?> AskAsync(ReadOnlyMemory<byte> message, DnsQuery query, LookupScope scope, bool large, CancellationToken cancellation)
    {
        ImmutableArray<UpstreamServer> servers = scope.UsableServers;
        using CancellationTokenSource timeout = new(options.ForwardTime, time), all = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellation);
        int silent = (1 << servers.Length) - 1;
        for (int round = 0; round < options.Rounds && silent != 0 && !all.IsCancellationRequested; round++)
        {
            for (int i = 0; i < servers.Length && !all.IsCancellationRequested; i++)
            {
                if ((silent & (1 << i)) == 0)
                {
                    continue;
                }

                UpstreamReply reply = await AskAsync(servers[i], message, query, large, all.Token).ConfigureAwait(false);
                if (reply.Kind == UpstreamReplyKind.Answer)
                {
                    RelayedAnswer.Readdress(reply.Answer.Span, message.Span, query);
                    _cache.Keep(message.Span, query, servers, reply.Answer.Span);
                    return reply.Answer;
                }

                silent &= reply.Kind == UpstreamReplyKind.Silence ? -1 : ~(1 << i);
            }
        }

        cancellation.ThrowIfCancellationRequested();
        return null;
    }

    private async ValueTask<UpstreamReply> AskAsync(UpstreamServer server, ReadOnlyMemory<byte> message, DnsQuery query, bool large, CancellationToken cancellation)
    {
        using CancellationTokenSource timeout = new(options.AttemptTime, time), both = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellation);
        try
        {
            return await _exchange.AskAsync(server, message, query, large, both.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return new UpstreamReply(UpstreamReplyKind.Silence, default);
        }
    }
}

using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using Quai.Errors;
using Quai.Networks.Ipam.Dhcp.Messages;
using Quai.Networks.Ipam.Sources;

namespace Quai.Networks.Ipam.Dhcp;

/// <summary>What a DHCP client says to servers and awaits of them (RFC 2131): an address is got, kept, and given back. Keeps nothing between calls.</summary>
/// <param name="links">The ways to servers.</param>
/// <param name="time">The clock.</param>
internal sealed class DhcpExchange(IDhcpLinks links, TimeProvider time)
{
    private const int MostRefusals = 3;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10), s_first = TimeSpan.FromSeconds(1), s_longest = TimeSpan.FromSeconds(4);

    /// <summary>Gets an address.</summary>
    /// <param name="client">Who asks.</param>
    /// <param name="wanted">The address that it would like to have; null for any.</param>
    /// <param name="insist">Whether no other one will do.</param>
    /// <param name="remembered">Whether the servers may still have <paramref name="wanted"/> lent to it: then it is asked for at once.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="DhcpRefusedException">A server has another address only.</exception>
    /// <exception cref="QuaiException">No server answers within ten seconds, or the parent is not there.</exception>
    public async Task<EndpointLease> AcquireAsync(DhcpClient client, IPAddress? wanted, bool insist, bool remembered, CancellationToken cancellation)
    {
        using var conversation = new Conversation(links, client, time, cancellation);
        string? refusal = null;
        int refused = 0;
        if (wanted is not null && remembered)
        {
            // INIT-REBOOT: no server is named. One that does not know of it keeps silent, and one that knows better says no.
            Answer? again = await conversation.AskAsync(new DhcpRequest(DhcpMessageType.Request, conversation.Transaction, client) { Wanted = wanted }, s_first, IsAnswerTo(wanted)).ConfigureAwait(false);
            if (again is { Reply.Type: DhcpMessageType.Ack })
            {
                return conversation.LeaseOf(again);
            }
        }

        for (TimeSpan interval = s_first; conversation.Elapsed < s_patience; interval = interval < s_longest ? interval * 2 : s_longest)
        {
            Answer? offer = await conversation.AskAsync(
                new DhcpRequest(DhcpMessageType.Discover, conversation.Transaction, client) { Wanted = wanted },
                Jittered(interval),
                answer =>
                {
                    bool offered = answer.Type == DhcpMessageType.Offer && LeaseTerms.IsSound(answer);
                    if (offered && insist && !answer.Address.Equals(wanted))
                    {
                        refusal = $"DHCP server {answer.Server} on {client.Parent} offers {answer.Address} and not {wanted}";
                        return false;
                    }

                    return offered;
                }).ConfigureAwait(false);
            if (offer is null)
            {
                continue;
            }

            Answer? answer = null;
            for (int tries = 0; answer is null && tries < 3 && conversation.Elapsed < s_patience; tries++)
            {
                answer = await conversation.AskAsync(
                    new DhcpRequest(DhcpMessageType.Request, conversation.Transaction, client) { Wanted = offer.Reply.Address, Server = offer.Reply.Server },
                    Jittered(s_first),
                    reply => offer.Reply.Server!.Equals(reply.Server) && IsAnswerTo(offer.Reply.Address)(reply)).ConfigureAwait(false);
            }

            if (answer is { Reply.Type: DhcpMessageType.Ack })
            {
                return conversation.LeaseOf(answer);
            }

            if (answer is not null)
            {
                refusal = $"DHCP server {offer.Reply.Server} on {client.Parent} offers {offer.Reply.Address} and then refuses it";
                if (++refused == MostRefusals)
                {
                    break;
                }
            }
        }

        throw refusal is not null ? new DhcpRefusedException(refusal)
            : QuaiException.System(string.Create(CultureInfo.InvariantCulture, $"no DHCP server answered on {client.Parent} within {s_patience.TotalSeconds} seconds"));
    }

    /// <summary>Asks to keep an address.</summary>
    /// <param name="client">Who asks.</param>
    /// <param name="lease">What it has.</param>
    /// <param name="everybody">Whether any server is asked (REBINDING) rather than the one that lent it (RENEWING).</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>The lease anew; null when no server answers.</returns>
    /// <exception cref="DhcpRefusedException">A server says that it cannot.</exception>
    /// <exception cref="QuaiException">The parent is not there.</exception>
    public async Task<EndpointLease?> RenewAsync(DhcpClient client, EndpointLease lease, bool everybody, CancellationToken cancellation)
    {
        using var conversation = new Conversation(links, client, time, cancellation) { Lease = everybody ? null : lease };
        var address = IPAddress.Parse(lease.Address);
        for (TimeSpan interval = s_first; conversation.Elapsed < s_patience; interval = interval < s_longest ? interval * 2 : s_longest)
        {
            Answer? answer = await conversation.AskAsync(
                new DhcpRequest(DhcpMessageType.Request, conversation.Transaction, client) { Current = address },
                Jittered(interval),
                reply => (everybody || lease.Server == reply.Server?.ToString()) && IsAnswerTo(address)(reply)).ConfigureAwait(false);
            if (answer is not null)
            {
                return answer.Reply.Type == DhcpMessageType.Ack ? conversation.LeaseOf(answer)
                    : throw new DhcpRefusedException($"DHCP server {answer.Reply.Server} on {client.Parent} does not lend {lease.Address} any longer");
            }
        }

        return null;
    }

    /// <summary>Gives an address back. Nobody answers that.</summary>
    /// <exception cref="QuaiException">The parent is not there.</exception>
    public async Task ReleaseAsync(DhcpClient client, EndpointLease lease)
    {
        using var conversation = new Conversation(links, client, time, CancellationToken.None) { Lease = lease };
        await conversation.SendAsync(
            new DhcpRequest(DhcpMessageType.Release, conversation.Transaction, client) { Current = IPAddress.Parse(lease.Address), Server = IPAddress.Parse(lease.Server) }).ConfigureAwait(false);
    }

    private static Func<DhcpReply, bool> IsAnswerTo(IPAddress address) =>
        reply => reply.Type == DhcpMessageType.Nak || (reply.Type == DhcpMessageType.Ack && reply.Address.Equals(address) && LeaseTerms.IsSound(reply));

    // So that containers that were started together do not ask together for ever.
    private static TimeSpan Jittered(TimeSpan interval) => interval + TimeSpan.FromMilliseconds(RandomNumberGenerator.GetInt32(0, 250));

    private sealed record Answer(DhcpReply Reply, byte[] Sender);

    /// <summary>One exchange: a number, and the way on which it is said.</summary>
    private sealed class Conversation(IDhcpLinks links, DhcpClient client, TimeProvider time, CancellationToken cancellation) : IDisposable
    {
        private readonly long _start = time.GetTimestamp();
        private readonly DateTimeOffset _now = time.GetUtcNow();
        private readonly byte[] _buffer = new byte[2048];
        private IDhcpLink? _link;

        public uint Transaction { get; } = BitConverter.ToUInt32(RandomNumberGenerator.GetBytes(4));

        public TimeSpan Elapsed => time.GetElapsedTime(_start);

        /// <summary>What the client has, where its own server alone is spoken to.</summary>
        public EndpointLease? Lease { get; init; }

        public async Task SendAsync(DhcpRequest request)
        {
            _link ??= await links.OpenAsync(client.Parent, Transaction).ConfigureAwait(false);
            byte[] message = (request with { Seconds = (ushort)Math.Min(Elapsed.TotalSeconds, ushort.MaxValue) }).ToBytes();
            byte[] frame = DhcpFrame.Write(
                message,
                client.Hardware,
                Lease is null ? DhcpFrame.Everybody : MacAddress.Parse(Lease.ServerMac),
                request.Current,
                Lease is null ? null : IPAddress.Parse(Lease.Server));
            await _link.SendAsync(frame, cancellation).ConfigureAwait(false);
        }

        /// <summary>Sends a message and waits for an answer; null when there is none in time.</summary>
        public async Task<Answer?> AskAsync(DhcpRequest request, TimeSpan limit, Func<DhcpReply, bool> isAnswer)
        {
            using var timer = new CancellationTokenSource(limit, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellation);
            await SendAsync(request).ConfigureAwait(false);
            try
            {
                while (true)
                {
                    int length = await _link!.ReceiveAsync(_buffer, either.Token).ConfigureAwait(false);
                    if (DhcpReply.Read(DhcpFrame.Read(_buffer.AsSpan(0, length))) is { } reply
                        && reply.Transaction == Transaction && reply.Hardware.AsSpan().SequenceEqual(client.Hardware) && isAnswer(reply)
                        && (DhcpFrame.SenderOf(_buffer)[0] & 1) == 0)
                    {
                        return new Answer(reply, DhcpFrame.SenderOf(_buffer).ToArray());
                    }
                }
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                return null;
            }
        }

        public EndpointLease LeaseOf(Answer answer) => LeaseTerms.Of(answer.Reply, answer.Sender, client.HostName, _now + Elapsed);

        public void Dispose() => _link?.Dispose();
    }
}

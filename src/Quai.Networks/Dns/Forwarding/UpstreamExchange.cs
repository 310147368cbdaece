using System.Buffers.Binary;
using System.Net.Sockets;
using System.Security.Cryptography;
using Quai.Networks.Dns.Messages;

namespace Quai.Networks.Dns.Forwarding;

/// <summary>Asks one server one question: by UDP, and by TCP where the answer did not fit and the client can take it.</summary>
/// <param name="connect">Makes sockets.</param>
internal sealed class UpstreamExchange(UpstreamConnector connect)
{
    /// <summary>Messages that are no answer to the question: after so many of them somebody is guessing.</summary>
    private const int MostStrangers = 32;

    /// <summary>Asks.</summary>
    /// <param name="server">Whom.</param>
    /// <param name="message">The client's message.</param>
    /// <param name="query">What it asks.</param>
    /// <param name="large">Whether the client takes answers of any size.</param>
    /// <param name="cancellation">The server has had its time, or the client is gone.</param>
    /// <exception cref="OperationCanceledException">The time is over.</exception>
    public async ValueTask<UpstreamReply> AskAsync(UpstreamServer server, ReadOnlyMemory<byte> message, DnsQuery query, bool large, CancellationToken cancellation)
    {
        using PooledMessage sent = Prepare(message.Span[..query.Length], query);
        try
        {
            UpstreamReply reply = await AskByUdpAsync(server, sent, query, cancellation).ConfigureAwait(false);
            if (!large || reply.Kind != UpstreamReplyKind.Answer || !RelayedAnswer.IsTruncated(reply.Answer.Span))
            {
                return reply;
            }

            reply.Answer.Dispose();
            NewId(sent);
            return await AskByTcpAsync(server, sent, query, cancellation).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellation.IsCancellationRequested)
        {
            // Whatever a namespace, a route or a socket can fail with: the next server is asked.
            return new UpstreamReply(UpstreamReplyKind.Failure, default);
        }
    }

    /// <summary>The client's message with an id that nobody knows, and no larger answer by UDP asked for than there is room.</summary>
    private static PooledMessage Prepare(ReadOnlySpan<byte> message, in DnsQuery query)
    {
        PooledMessage sent = PooledMessage.Of(message);
        if (query.HasEdns)
        {
            BinaryPrimitives.WriteUInt16BigEndian(sent.Span[(query.OptAt + 3)..], (ushort)query.UdpSize);
        }

        NewId(sent);
        return sent;
    }

    private static void NewId(PooledMessage message) => RandomNumberGenerator.Fill(message.Span[..2]);

    private async ValueTask<UpstreamReply> AskByUdpAsync(UpstreamServer server, PooledMessage sent, DnsQuery query, CancellationToken cancellation)
    {
        using Socket socket = await connect(server, ProtocolType.Udp, cancellation).ConfigureAwait(false);
        await socket.SendAsync(sent.Memory, SocketFlags.None, cancellation).ConfigureAwait(false);

        // Some servers send more than was asked for; it is taken, as Docker does.
        PooledMessage room = PooledMessage.Rent(MessageLayout.LargestUdpSize);
        bool kept = false;
        try
        {
            for (int i = 0; i < MostStrangers; i++)
            {
                int length = await socket.ReceiveAsync(room.Memory, SocketFlags.None, cancellation).ConfigureAwait(false);
                PooledMessage answer = room.WithLength(length);
                if (RelayedAnswer.Answers(answer.Span, sent.Span, query))
                {
                    UpstreamReply reply = Judge(answer, query);
                    kept = reply.Kind == UpstreamReplyKind.Answer;
                    return reply;
                }

                if (RelayedAnswer.Declines(answer.Span, sent.Span))
                {
                    break;
                }
            }

            return new UpstreamReply(UpstreamReplyKind.Failure, default);
        }
        finally
        {
            if (!kept)
            {
                room.Dispose();
            }
        }
    }

    private async ValueTask<UpstreamReply> AskByTcpAsync(UpstreamServer server, PooledMessage sent, DnsQuery query, CancellationToken cancellation)
    {
        using Socket socket = await connect(server, ProtocolType.Tcp, cancellation).ConfigureAwait(false);
        await TcpFrames.SendAsync(socket, sent, cancellation).ConfigureAwait(false);
        if (await TcpFrames.ReceiveAsync(socket, ushort.MaxValue, cancellation).ConfigureAwait(false) is not { } answer)
        {
            return new UpstreamReply(UpstreamReplyKind.Failure, default);
        }

        UpstreamReply reply = RelayedAnswer.Answers(answer.Span, sent.Span, query) ? Judge(answer, query) : new UpstreamReply(UpstreamReplyKind.Failure, default);
        if (reply.Kind != UpstreamReplyKind.Answer)
        {
            answer.Dispose();
        }

        return reply;
    }

    /// <summary>As in Docker, a server that fails or refuses is passed over for the next; one that knows of no such name has answered.</summary>
    private static UpstreamReply Judge(PooledMessage answer, in DnsQuery query)
    {
        bool usable = RelayedAnswer.CodeOf(answer.Span) is not (ResponseCode.ServerFailure or ResponseCode.Refused)
            && (RelayedAnswer.IsWhole(answer.Span, query) || RelayedAnswer.IsTruncated(answer.Span));
        return new UpstreamReply(usable ? UpstreamReplyKind.Answer : UpstreamReplyKind.Failure, usable ? answer : default);
    }
}

using System.Net;
using System.Net.Sockets;
using Quai.Networks.Dns.Messages;
using Quai.Networks.Dns.Names;

namespace Quai.Networks.Dns.Serving;

/// <summary>Answers datagrams: one after the other where the answer is known here, beside each other where others are asked.</summary>
/// <param name="socket">Bound; not closed.</param>
/// <param name="responder">Knows the answers.</param>
/// <param name="time">What time it is.</param>
internal sealed class UdpService(Socket socket, Responder responder, TimeProvider time)
{
    private const int Burst = 64;

    private static readonly TimeSpan s_rest = TimeSpan.FromMilliseconds(100);

    private readonly OpenWork _work = new();

    /// <summary>Serves until it is cancelled, or the socket is closed.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        // One byte more than is taken: a datagram that fills it was longer.
        byte[] message = new byte[MessageLayout.LargestQuery + 1], answer = new byte[MessageLayout.LargestUdpSize];
        var client = new SocketAddress(socket.AddressFamily);
        try
        {
            for (int i = 1; ; i++)
            {
                if (i % Burst == 0)
                {
                    // Under a flood nothing here ever waits; others want the thread, too.
                    await Task.Yield();
                }

                try
                {
                    // Taken out only once it is answered: a daemon that is killed in between leaves it to the next one.
                    int received = await socket.ReceiveFromAsync(message, SocketFlags.Peek, client, cancellation).ConfigureAwait(false);
                    try
                    {
                        if (received <= MessageLayout.LargestQuery)
                        {
                            await ServeAsync(message.AsMemory(0, received), answer, client, cancellation).ConfigureAwait(false);
                        }
                    }
                    finally
                    {
                        await socket.ReceiveFromAsync(message, SocketFlags.None, client, cancellation).ConfigureAwait(false);
                    }
                }
                catch (SocketException)
                {
                    // What the kernel has to say of a datagram sent before, or of lacking memory: not the end.
                    await Task.Delay(s_rest, time, cancellation).ConfigureAwait(false);
                }
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
            await _work.WhenDoneAsync().ConfigureAwait(false);
        }
    }

    private ValueTask<int> ServeAsync(Memory<byte> message, byte[] answer, SocketAddress client, CancellationToken cancellation)
    {
        switch (responder.Answer(message.Span, stream: false, answer, out int length, out DnsQuery query, out LookupScope scope))
        {
            case Verdict.Answered:
                return socket.SendToAsync(answer.AsMemory(0, length), SocketFlags.None, client, cancellation);
            case Verdict.Forward:
                Forward(message.Span, query, scope, client, cancellation);
                break;
        }

        return ValueTask.FromResult(0);
    }

    private void Forward(ReadOnlySpan<byte> message, DnsQuery query, LookupScope scope, SocketAddress client, CancellationToken cancellation)
    {
        PooledMessage copy = PooledMessage.Of(message);
        var to = new SocketAddress(client.Family, client.Size);
        client.Buffer.Span[..client.Size].CopyTo(to.Buffer.Span);
        _work.Start(() => ForwardAsync(copy, query, scope, to, cancellation));
    }

    private async Task ForwardAsync(PooledMessage message, DnsQuery query, LookupScope scope, SocketAddress client, CancellationToken cancellation)
    {
        using (message)
        {
            try
            {
                using PooledMessage answer = await responder.ForwardAsync(message.Memory, query, scope, stream: false, cancellation).ConfigureAwait(false);
                await socket.SendToAsync(answer.Memory, SocketFlags.None, client, cancellation).ConfigureAwait(false);
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException or SocketException)
            {
                // It will ask again.
            }
        }
    }
}

using System.Net.Sockets;
using Quai.Networks.Dns.Messages;
using Quai.Networks.Dns.Names;

namespace Quai.Networks.Dns.Serving;

/// <summary>One client's connection: any number of questions, some at a time, answered in the order in which the answers come (RFC 7766).</summary>
internal sealed class TcpConversation(Socket socket, Responder responder, DnsServerOptions options, TimeProvider time) : IDisposable
{
    private readonly SemaphoreSlim _pipeline = new(options.MostPipelined), _writing = new(1);
    private readonly CancellationTokenSource _broken = new();

    /// <summary>Answers until the client ends, says nothing for too long, or does not take its answers. What is being answered then is answered.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        using CancellationTokenSource ended = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _broken.Token);
        int open = options.MostPipelined;
        try
        {
            socket.NoDelay = true;
            do
            {
                open = options.MostPipelined;
                await _pipeline.WaitAsync(ended.Token).ConfigureAwait(false);
                open--;
            }
            while (await ServeAsync(ended.Token).ConfigureAwait(false));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The end of it, whoever ended it.
        }

        // Each place is taken back when its question is answered; but for that of the reader, who ended while he held it.
        for (; open > 0; open--)
        {
            await _pipeline.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        socket.Dispose();
        _pipeline.Dispose();
        _writing.Dispose();
        _broken.Dispose();
    }

    /// <summary>Reads one question, in whose place another is read when it is answered. False: there are no more, and the place is kept.</summary>
    private async ValueTask<bool> ServeAsync(CancellationToken cancellation)
    {
        if (await ReceiveAsync(cancellation).ConfigureAwait(false) is not { } message)
        {
            return false;
        }

        bool passed = false;
        try
        {
            // As large as answers by TCP can be, and only for as long as one is sent.
            using PooledMessage room = PooledMessage.Rent(MessageLayout.LargestTcpSize);
            switch (responder.Answer(message.Span, stream: true, room.Span, out int length, out DnsQuery query, out LookupScope scope))
            {
                case Verdict.Silence:
                    return false;
                case Verdict.Answered:
                    await SendAsync(room.WithLength(length), cancellation).ConfigureAwait(false);
                    _pipeline.Release();
                    break;
                default:
                    passed = true;
                    _ = ForwardAsync(message, query, scope, cancellation);
                    break;
            }

            return true;
        }
        finally
        {
            if (!passed)
            {
                message.Dispose();
            }
        }
    }

    private async Task ForwardAsync(PooledMessage message, DnsQuery query, LookupScope scope, CancellationToken cancellation)
    {
        using (message)
        {
            try
            {
                using PooledMessage answer = await responder.ForwardAsync(message.Memory, query, scope, stream: true, cancellation).ConfigureAwait(false);
                await SendAsync(answer, cancellation).ConfigureAwait(false);
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                await _broken.CancelAsync().ConfigureAwait(false);
            }
        }

        _pipeline.Release();
    }

    private async ValueTask<PooledMessage?> ReceiveAsync(CancellationToken cancellation)
    {
        using CancellationTokenSource idle = new(options.IdleTime, time), both = CancellationTokenSource.CreateLinkedTokenSource(idle.Token, cancellation);
        return await TcpFrames.ReceiveAsync(socket, MessageLayout.LargestQuery, both.Token).ConfigureAwait(false);
    }

    private async ValueTask SendAsync(PooledMessage answer, CancellationToken cancellation)
    {
        using CancellationTokenSource idle = new(options.IdleTime, time), both = CancellationTokenSource.CreateLinkedTokenSource(idle.Token, cancellation);
        await _writing.WaitAsync(both.Token).ConfigureAwait(false);
        try
        {
            await TcpFrames.SendAsync(socket, answer, both.Token).ConfigureAwait(false);
        }
        finally
        {
            _writing.Release();
        }
    }
}

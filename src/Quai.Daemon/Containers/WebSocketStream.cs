using System.Net.WebSockets;

namespace Quai.Daemon.Containers;

/// <summary>A websocket as a stream both ways: a message for each write, and the messages' contents one after the other.</summary>
internal sealed class WebSocketStream(WebSocket socket) : Stream
{
    private readonly byte[] _received = new byte[4096];
    private ReadOnlyMemory<byte> _left;
    private Task<ValueWebSocketReceiveResult>? _receiving;
    private bool _ended;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            while (_left.IsEmpty && !_ended)
            {
                // Whoever stops waiting does not stop the receiving: that would end the websocket, and with it what is still to be sent.
                _receiving ??= socket.ReceiveAsync(_received.AsMemory(), CancellationToken.None).AsTask();
                ValueWebSocketReceiveResult got = await _receiving.WaitAsync(cancellationToken);
                _receiving = null;
                _ended = got.MessageType == WebSocketMessageType.Close;
                _left = _received.AsMemory(0, got.Count);
            }
        }
        catch (WebSocketException e)
        {
            throw new IOException(e.Message, e);
        }

        int count = Math.Min(buffer.Length, _left.Length);
        _left[..count].CopyTo(buffer);
        _left = _left[count..];
        return count;
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            await socket.SendAsync(buffer, WebSocketMessageType.Binary, endOfMessage: true, cancellationToken);
        }
        catch (WebSocketException e)
        {
            throw new IOException(e.Message, e);
        }
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override void Flush() => throw new NotSupportedException();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}

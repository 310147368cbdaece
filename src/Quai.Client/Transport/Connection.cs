using System.Buffers;
using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Quai.Client.Transport;

/// <summary>One HTTP/1.1 connection, used for one exchange at a time and, after an upgrade, as a plain stream.</summary>
/// <remarks>
/// A blocking connection does everything on the caller's thread: the tasks it returns are complete. This saves a short-lived program the runtime's threads for
/// sockets. Cancellation closes such a connection, and so ends whatever waits for it.
/// </remarks>
public sealed class Connection : IDisposable
{
    private const int MaximumHead = 64 * 1024;

    private readonly Socket _socket;
    private readonly Stream _stream;
    private byte[] _buffer = new byte[16 * 1024];
    private int _start;
    private int _end;

    /// <summary>Takes over a socket.</summary>
    /// <param name="socket">The socket.</param>
    /// <param name="stream">The stream to read and write: the socket's, or TLS on it.</param>
    /// <param name="blocking">Whether operations block the caller's thread.</param>
    internal Connection(Socket socket, Stream stream, bool blocking)
    {
        _socket = socket;
        _stream = stream;
        Blocking = blocking;
    }

    /// <summary>Whether operations block the caller's thread: then tasks are complete when they are returned.</summary>
    public bool Blocking { get; }

    /// <summary>Reads what is available or waits for more, on the caller's thread.</summary>
    /// <returns>The number of bytes; 0 at the end.</returns>
    public int Read(Span<byte> destination)
    {
        if (_start == _end)
        {
            if (destination.Length >= _buffer.Length)
            {
                return Tolerate(_stream, destination);
            }

            (_start, _end) = (0, Tolerate(_stream, _buffer));
        }

        return Take(destination);
    }

    /// <summary>Reads what is available or waits for more.</summary>
    /// <returns>The number of bytes; 0 at the end.</returns>
    public ValueTask<int> ReadAsync(Memory<byte> destination, CancellationToken cancellation = default) => ReadAsync(destination, Blocking, cancellation);

    /// <summary>Writes to the raw stream of an upgraded connection, on the caller's thread.</summary>
    public void Write(ReadOnlySpan<byte> data) => _stream.Write(data);

    /// <summary>Writes to the raw stream of an upgraded connection.</summary>
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> data, CancellationToken cancellation = default)
    {
        if (!Blocking)
        {
            await _stream.WriteAsync(data, cancellation);
            return;
        }

        cancellation.ThrowIfCancellationRequested();
        using CancellationTokenRegistration ending = AbortOn(cancellation);
        _stream.Write(data.Span);
    }

    /// <summary>Shuts down the sending side, while the other side may still write.</summary>
    public void CloseWrite() => Shutdown(SocketShutdown.Send);

    /// <summary>Ends reads and writes that wait on another thread.</summary>
    public void Abort() => Shutdown(SocketShutdown.Both);

    /// <inheritdoc/>
    public void Dispose()
    {
        _stream.Dispose();
        _socket.Dispose();
    }

    /// <summary>Sends a request whose body, if any, is complete.</summary>
    internal async ValueTask SendAsync(string method, string target, string? contentType, ReadOnlyMemory<byte> body, string? extraHeaders, bool upgrade, CancellationToken cancellation)
    {
        string head = Head(method, target, contentType, body.Length, extraHeaders, upgrade);
        byte[] bytes = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(head.Length) + body.Length);
        int count = Encoding.UTF8.GetBytes(head, bytes);
        body.Span.CopyTo(bytes.AsSpan(count));
        await WriteAsync(bytes.AsMemory(0, count + body.Length), cancellation);
        ArrayPool<byte>.Shared.Return(bytes);
    }

    /// <summary>Sends a request whose body is a stream of unknown length.</summary>
    internal async ValueTask SendStreamAsync(string method, string target, string contentType, Stream body, CancellationToken cancellation)
    {
        string head = $"{method} {target} HTTP/1.1\r\nHost: quai\r\nUser-Agent: quai\r\nContent-Type: {contentType}\r\nTransfer-Encoding: chunked\r\n\r\n";
        await WriteAsync(Encoding.UTF8.GetBytes(head), cancellation);
        byte[] chunk = new byte[64 * 1024 + 16];
        try
        {
            int count;
            while ((count = Blocking ? body.Read(chunk, 10, 64 * 1024) : await body.ReadAsync(chunk.AsMemory(10, 64 * 1024), cancellation)) > 0)
            {
                // The chunk's size and its line end are put around the data, so that each chunk is one write.
                string size = count.ToString("x8", CultureInfo.InvariantCulture) + "\r\n";
                Encoding.ASCII.GetBytes(size, chunk);
                chunk[10 + count] = (byte)'\r';
                chunk[11 + count] = (byte)'\n';
                await WriteAsync(chunk.AsMemory(0, count + 12), cancellation);
            }

            await WriteAsync("0\r\n\r\n"u8.ToArray(), cancellation);
        }
        catch (IOException)
        {
            // The daemon may answer and close before it has read everything: its answer says why.
        }
    }

    /// <summary>Reads a response's status line and headers.</summary>
    /// <exception cref="ConnectionException">The connection ended first, or what arrived is not HTTP.</exception>
    internal async ValueTask<ResponseHead> ReadHeadAsync(CancellationToken cancellation)
    {
        while (true)
        {
            int end = _buffer.AsSpan(_start, _end - _start).IndexOf("\r\n\r\n"u8);
            if (end >= 0)
            {
                ResponseHead head = ResponseHead.Parse(_buffer.AsSpan(_start, end));
                _start += end + 4;
                if (head.Status is >= 100 and < 200 and not 101)
                {
                    continue;
                }

                return head;
            }

            if (_end - _start > MaximumHead)
            {
                throw new ConnectionException("malformed HTTP response: the header is too large");
            }

            if (!await FillAsync(Blocking, cancellation))
            {
                throw new ConnectionException("error during connect: EOF");
            }
        }
    }

    /// <summary>Reads what is available or waits for more.</summary>
    internal async ValueTask<int> ReadAsync(Memory<byte> destination, bool blocking, CancellationToken cancellation)
    {
        if (_start == _end)
        {
            if (destination.Length >= _buffer.Length)
            {
                return await ReadSocketAsync(destination, blocking, cancellation);
            }

            if (!await FillAsync(blocking, cancellation))
            {
                return 0;
            }
        }

        return Take(destination.Span);
    }

    /// <summary>Reads one line without its end.</summary>
    internal async ValueTask<string> ReadLineAsync(bool blocking, CancellationToken cancellation)
    {
        while (true)
        {
            int end = _buffer.AsSpan(_start, _end - _start).IndexOf((byte)'\n');
            if (end >= 0)
            {
                string line = Encoding.ASCII.GetString(_buffer, _start, end).TrimEnd('\r');
                _start += end + 1;
                return line;
            }

            if (!await FillAsync(blocking, cancellation))
            {
                throw new ConnectionException("unexpected EOF");
            }
        }
    }

    private static string Head(string method, string target, string? contentType, int length, string? extraHeaders, bool upgrade)
    {
        var head = new StringBuilder(256);
        head.Append(method).Append(' ').Append(target).Append(" HTTP/1.1\r\nHost: quai\r\nUser-Agent: quai\r\n");
        if (upgrade)
        {
            head.Append("Connection: Upgrade\r\nUpgrade: tcp\r\n");
        }

        if (contentType is not null)
        {
            head.Append("Content-Type: ").Append(contentType).Append("\r\n");
        }

        if (length > 0 || method is "POST" or "PUT")
        {
            head.Append(CultureInfo.InvariantCulture, $"Content-Length: {length}\r\n");
        }

        return head.Append(extraHeaders).Append("\r\n").ToString();
    }

    private int Take(Span<byte> destination)
    {
        int count = Math.Min(destination.Length, _end - _start);
        _buffer.AsSpan(_start, count).CopyTo(destination);
        _start += count;
        return count;
    }

    private async ValueTask<bool> FillAsync(bool blocking, CancellationToken cancellation)
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }

        if (_end == _buffer.Length)
        {
            Array.Resize(ref _buffer, _buffer.Length * 2);
        }

        int count = await ReadSocketAsync(_buffer.AsMemory(_end), blocking, cancellation);
        _end += count;
        return count > 0;
    }

    private async ValueTask<int> ReadSocketAsync(Memory<byte> destination, bool blocking, CancellationToken cancellation)
    {
        if (blocking)
        {
            cancellation.ThrowIfCancellationRequested();
            using CancellationTokenRegistration ending = AbortOn(cancellation);
            int count = Tolerate(_stream, destination.Span);
            return count > 0 || !cancellation.IsCancellationRequested ? count : throw new OperationCanceledException(cancellation);
        }

        try
        {
            return await _stream.ReadAsync(destination, cancellation);
        }
        catch (IOException error) when (IsReset(error))
        {
            return 0;
        }
    }

    /// <summary>Reads; a connection reset by the other side counts as ended.</summary>
    private static int Tolerate(Stream stream, Span<byte> destination)
    {
        try
        {
            return stream.Read(destination);
        }
        catch (IOException error) when (IsReset(error))
        {
            return 0;
        }
    }

    private static bool IsReset(IOException error) => error.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionReset };

    private CancellationTokenRegistration AbortOn(CancellationToken cancellation) =>
        cancellation.CanBeCanceled ? cancellation.UnsafeRegister(static self => ((Connection)self!).Abort(), this) : default;

    private void Shutdown(SocketShutdown how)
    {
        try
        {
            _socket.Shutdown(how);
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // The other side is gone already, or another thread has given the connection back meanwhile.
        }
    }
}

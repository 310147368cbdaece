using System.Buffers;
using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Quai.Cli.Http;

/// <summary>One HTTP/1.1 connection, used for one exchange at a time and, after an upgrade, as a plain stream.</summary>
internal sealed class Connection(Socket socket, Stream stream) : IDisposable
{
    private const int MaximumHead = 64 * 1024;

    private byte[] _buffer = new byte[16 * 1024];
    private int _start;
    private int _end;

    /// <summary>Sends a request whose body, if any, is complete.</summary>
    public void Send(string method, string target, string? contentType, ReadOnlySpan<byte> body, string? extraHeaders, bool upgrade)
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

        if (body.Length > 0 || method is "POST" or "PUT")
        {
            head.Append(CultureInfo.InvariantCulture, $"Content-Length: {body.Length}\r\n");
        }

        head.Append(extraHeaders).Append("\r\n");
        int size = Encoding.UTF8.GetMaxByteCount(head.Length) + body.Length;
        byte[] bytes = ArrayPool<byte>.Shared.Rent(size);
        int count = Encoding.UTF8.GetBytes(head.ToString(), bytes);
        body.CopyTo(bytes.AsSpan(count));
        stream.Write(bytes, 0, count + body.Length);
        ArrayPool<byte>.Shared.Return(bytes);
    }

    /// <summary>Sends a request whose body is a stream of unknown length.</summary>
    public void SendStream(string method, string target, string contentType, Stream body)
    {
        string head = $"{method} {target} HTTP/1.1\r\nHost: quai\r\nUser-Agent: quai\r\nContent-Type: {contentType}\r\nTransfer-Encoding: chunked\r\n\r\n";
        stream.Write(Encoding.UTF8.GetBytes(head));
        byte[] chunk = new byte[64 * 1024 + 16];
        try
        {
            int count;
            while ((count = body.Read(chunk, 10, 64 * 1024)) > 0)
            {
                // The chunk's size and its line end go around the data, so that each chunk is one write.
                string size = count.ToString("x8", CultureInfo.InvariantCulture) + "\r\n";
                Encoding.ASCII.GetBytes(size, chunk);
                chunk[10 + count] = (byte)'\r';
                chunk[11 + count] = (byte)'\n';
                stream.Write(chunk, 0, count + 12);
            }

            stream.Write("0\r\n\r\n"u8);
        }
        catch (IOException)
        {
            // The daemon may answer and close before it has read everything: its answer says why.
        }
    }

    /// <summary>Reads a response's status line and headers.</summary>
    /// <exception cref="ConnectionException">The connection ended first, or what came is no HTTP.</exception>
    public ResponseHead ReadHead()
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

            if (!Fill())
            {
                throw new ConnectionException("error during connect: EOF");
            }
        }
    }

    /// <summary>Reads what has come or waits for more.</summary>
    /// <returns>The number of bytes; 0 at the end.</returns>
    public int Read(Span<byte> destination)
    {
        if (_start == _end)
        {
            if (destination.Length >= _buffer.Length)
            {
                return ReadSocket(destination);
            }

            if (!Fill())
            {
                return 0;
            }
        }

        int count = Math.Min(destination.Length, _end - _start);
        _buffer.AsSpan(_start, count).CopyTo(destination);
        _start += count;
        return count;
    }

    /// <summary>Reads one line without its end.</summary>
    public string ReadLine()
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

            if (!Fill())
            {
                throw new ConnectionException("unexpected EOF");
            }
        }
    }

    /// <summary>Writes to the raw stream of an upgraded connection.</summary>
    public void Write(ReadOnlySpan<byte> data) => stream.Write(data);

    /// <summary>Says that nothing more will be written, while the other side may still write.</summary>
    public void CloseWrite()
    {
        try
        {
            socket.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            // The other side is gone already.
        }
    }

    /// <summary>Ends reads and writes that wait on another thread.</summary>
    public void Abort()
    {
        try
        {
            socket.Shutdown(SocketShutdown.Both);
        }
        catch (SocketException)
        {
            // The other side is gone already.
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        stream.Dispose();
        socket.Dispose();
    }

    private bool Fill()
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

        int count = ReadSocket(_buffer.AsSpan(_end));
        _end += count;
        return count > 0;
    }

    private int ReadSocket(Span<byte> destination)
    {
        try
        {
            return stream.Read(destination);
        }
        catch (IOException error) when (error.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionReset })
        {
            return 0;
        }
    }
}

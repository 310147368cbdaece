using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Quai.Cli.Http;

/// <summary>A response, read as a stream. When it was read to its end the connection is ready for the next request.</summary>
internal sealed class Response : Stream
{
    private readonly Connection _connection;
    private readonly Action<Connection>? _release;
    private readonly bool _chunked;
    private long _left;
    private bool _ended;
    private bool _firstChunk = true;

    /// <summary>Takes over a connection whose head has been read.</summary>
    /// <param name="head">The head.</param>
    /// <param name="connection">The connection.</param>
    /// <param name="release">Takes the connection back after a complete body; null when it cannot be used again.</param>
    /// <param name="hasBody">False for the answer to HEAD.</param>
    public Response(ResponseHead head, Connection connection, Action<Connection>? release, bool hasBody)
    {
        Head = head;
        _connection = connection;
        _chunked = head.Chunked;
        _left = _chunked ? 0 : head.Length;
        _release = head.Closes || (!_chunked && head.Length < 0) ? null : release;
        if (!hasBody || (!_chunked && _left == 0))
        {
            End();
        }
    }

    /// <summary>Status and headers.</summary>
    public ResponseHead Head { get; }

    /// <summary>The whole body.</summary>
    public byte[] ReadAll()
    {
        using (this)
        {
            var all = new MemoryStream();
            CopyTo(all);
            return all.ToArray();
        }
    }

    /// <summary>The whole body as JSON.</summary>
    public JsonElement ReadJson()
    {
        byte[] all = ReadAll();
        return all.AsSpan().Trim((byte)'\n').Length == 0 ? default : JsonDocument.Parse(all).RootElement;
    }

    /// <summary>The whole body as text.</summary>
    public string ReadText() => Encoding.UTF8.GetString(ReadAll());

    /// <summary>JSON values one after another, each as soon as it has come.</summary>
    public IEnumerable<JsonElement> ReadJsonStream()
    {
        byte[] buffer = new byte[16 * 1024];
        int end = 0;
        while (true)
        {
            int taken;
            while ((taken = TakeValue(buffer.AsSpan(0, end), out JsonElement value)) > 0)
            {
                buffer.AsSpan(taken, end - taken).CopyTo(buffer);
                end -= taken;
                if (value.ValueKind != JsonValueKind.Undefined)
                {
                    yield return value;
                }
            }

            if (end == buffer.Length)
            {
                Array.Resize(ref buffer, buffer.Length * 2);
            }

            int count = Read(buffer.AsSpan(end));
            if (count == 0)
            {
                yield break;
            }

            end += count;
        }
    }

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        if (_ended || buffer.Length == 0)
        {
            return 0;
        }

        if (_chunked && _left == 0 && !NextChunk())
        {
            End();
            return 0;
        }

        int count = _connection.Read(_left < 0 ? buffer : buffer[..(int)Math.Min(buffer.Length, _left)]);
        if (count == 0)
        {
            return _left < 0 ? Finish() : throw new ConnectionException("unexpected EOF");
        }

        if (_left > 0)
        {
            _left -= count;
            if (_left == 0 && !_chunked)
            {
                End();
            }
        }

        return count;
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (!_ended)
        {
            _ended = true;
            _connection.Dispose();
        }

        base.Dispose(disposing);
    }

    private static int TakeValue(ReadOnlySpan<byte> bytes, out JsonElement value)
    {
        value = default;
        int blank = bytes.IndexOfAnyExcept(" \r\n\t"u8);
        if (blank != 0)
        {
            return blank < 0 ? bytes.Length : blank;
        }

        var reader = new Utf8JsonReader(bytes, isFinalBlock: false, default);
        if (!reader.Read() || !reader.TrySkip())
        {
            return 0;
        }

        value = JsonDocument.Parse(bytes[..(int)reader.BytesConsumed].ToArray()).RootElement;
        return (int)reader.BytesConsumed;
    }

    private bool NextChunk()
    {
        if (!_firstChunk)
        {
            _connection.ReadLine();
        }

        _firstChunk = false;
        string size = _connection.ReadLine();
        int semicolon = size.IndexOf(';', StringComparison.Ordinal);
        if (!long.TryParse(semicolon < 0 ? size : size[..semicolon], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out _left))
        {
            throw new ConnectionException("malformed chunked encoding");
        }

        if (_left > 0)
        {
            return true;
        }

        while (_connection.ReadLine().Length > 0)
        {
            // Trailers mean nothing here.
        }

        return false;
    }

    private int Finish()
    {
        End();
        return 0;
    }

    private void End()
    {
        if (_ended)
        {
            return;
        }

        _ended = true;
        if (_release is null)
        {
            _connection.Dispose();
        }
        else
        {
            _release(_connection);
        }
    }
}

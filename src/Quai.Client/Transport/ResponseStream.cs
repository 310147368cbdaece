using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Quai.Api;
using Quai.Api.Images;

namespace Quai.Client.Transport;

/// <summary>A response, read as a stream. Once it was read to its end the connection is ready for the next request.</summary>
public sealed class ResponseStream : Stream
{
    private const int LargestAtOnce = 1 << 20;

    private readonly Connection _connection;
    private readonly Action<Connection>? _release;
    private readonly bool _chunked;
    private long _left;
    private bool _ended;
    private bool _firstChunk = true;

    /// <summary>Takes over a connection whose head has been read.</summary>
    /// <param name="head">The head.</param>
    /// <param name="connection">The connection.</param>
    /// <param name="release">Takes the connection back after a complete body; null if it cannot be reused.</param>
    /// <param name="hasBody">False for the answer to HEAD.</param>
    internal ResponseStream(ResponseHead head, Connection connection, Action<Connection>? release, bool hasBody)
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
    /// <exception cref="ConnectionException">The connection ended first.</exception>
    public async Task<byte[]> ReadAllAsync(CancellationToken cancellation = default)
    {
        await using (this)
        {
            byte[] all = new byte[_left is > 0 and < LargestAtOnce ? (int)_left : 4096];
            int end = 0;
            while (true)
            {
                int count = await ReadAsync(all.AsMemory(end), cancellation);
                if (count == 0)
                {
                    return end == all.Length ? all : all[..end];
                }

                end += count;
                if (end == all.Length && !_ended)
                {
                    Array.Resize(ref all, all.Length * 2);
                }
                else if (end == all.Length)
                {
                    return all;
                }
            }
        }
    }

    /// <summary>The whole body as text.</summary>
    public async Task<string> ReadTextAsync(CancellationToken cancellation = default) => Encoding.UTF8.GetString(await ReadAllAsync(cancellation));

    /// <summary>The whole body as JSON; undefined for an empty one.</summary>
    /// <exception cref="JsonException">It is not JSON.</exception>
    public async Task<JsonElement> ReadDocumentAsync(CancellationToken cancellation = default)
    {
        byte[] all = await ReadAllAsync(cancellation);
        return all.AsSpan().Trim((byte)'\n').Length == 0 ? default : JsonDocument.Parse(all).RootElement;
    }

    /// <summary>JSON values one after another, each as soon as it has arrived.</summary>
    /// <exception cref="JsonException">One is not JSON.</exception>
    public async IAsyncEnumerable<JsonElement> ReadDocumentsAsync([EnumeratorCancellation] CancellationToken cancellation = default)
    {
        await foreach (byte[] value in ReadValuesAsync(cancellation))
        {
            yield return JsonDocument.Parse(value).RootElement;
        }
    }

    /// <summary>Progress messages of an operation, each as soon as it has arrived.</summary>
    /// <exception cref="JsonException">One is not such a message.</exception>
    public IAsyncEnumerable<JsonMessage> ReadMessagesAsync(CancellationToken cancellation = default) => ReadManyAsync(ApiJson.Default.JsonMessage, cancellation);

    /// <summary>The whole body as a document of the API; null for an empty one.</summary>
    /// <exception cref="JsonException">It is not such a document.</exception>
    internal async Task<T?> ReadAsync<T>(JsonTypeInfo<T> type, CancellationToken cancellation)
        where T : class
    {
        byte[] all = await ReadAllAsync(cancellation);
        return all.AsSpan().Trim((byte)'\n').Length == 0 ? null : ApiAnswer.Read(all, type);
    }

    /// <summary>Documents of the API one after another, each as soon as it has arrived.</summary>
    /// <exception cref="JsonException">One is not such a document.</exception>
    internal async IAsyncEnumerable<T> ReadManyAsync<T>(JsonTypeInfo<T> type, [EnumeratorCancellation] CancellationToken cancellation)
        where T : class
    {
        await foreach (byte[] value in ReadValuesAsync(cancellation))
        {
            yield return ApiAnswer.Read(value, type) ?? throw new JsonException("a document is expected, not null");
        }
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count)
    {
        ValueTask<int> reading = ReadAsync(buffer.AsMemory(offset, count), blocking: true, CancellationToken.None);
        return reading.AsTask().GetAwaiter().GetResult();
    }

    /// <inheritdoc/>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => ReadAsync(buffer, _connection.Blocking, cancellationToken);

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

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

    private async IAsyncEnumerable<byte[]> ReadValuesAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        byte[] buffer = new byte[16 * 1024];
        int end = 0;
        while (true)
        {
            int taken;
            while ((taken = LengthOfFirst(buffer.AsSpan(0, end), out bool blank)) > 0)
            {
                byte[]? value = blank ? null : buffer[..taken];
                buffer.AsSpan(taken, end - taken).CopyTo(buffer);
                end -= taken;
                if (value is not null)
                {
                    yield return value;
                }
            }

            if (end == buffer.Length)
            {
                Array.Resize(ref buffer, buffer.Length * 2);
            }

            int count = await ReadAsync(buffer.AsMemory(end), cancellation);
            if (count == 0)
            {
                yield break;
            }

            end += count;
        }
    }

    /// <summary>The length of the first value, or of the blanks before it; 0 if it is not complete yet.</summary>
    private static int LengthOfFirst(ReadOnlySpan<byte> bytes, out bool blank)
    {
        int spaces = bytes.IndexOfAnyExcept(" \r\n\t"u8);
        blank = spaces != 0;
        if (blank)
        {
            return spaces < 0 ? bytes.Length : spaces;
        }

        var reader = new Utf8JsonReader(bytes, isFinalBlock: false, default);
        return reader.Read() && reader.TrySkip() ? (int)reader.BytesConsumed : 0;
    }

    private async ValueTask<int> ReadAsync(Memory<byte> buffer, bool blocking, CancellationToken cancellation)
    {
        if (_ended || buffer.Length == 0)
        {
            return 0;
        }

        if (_chunked && _left == 0 && !await NextChunkAsync(blocking, cancellation))
        {
            End();
            return 0;
        }

        int count = await _connection.ReadAsync(_left < 0 ? buffer : buffer[..(int)Math.Min(buffer.Length, _left)], blocking, cancellation);
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

    private async ValueTask<bool> NextChunkAsync(bool blocking, CancellationToken cancellation)
    {
        if (!_firstChunk)
        {
            await _connection.ReadLineAsync(blocking, cancellation);
        }

        _firstChunk = false;
        string size = await _connection.ReadLineAsync(blocking, cancellation);
        int semicolon = size.IndexOf(';', StringComparison.Ordinal);
        if (!long.TryParse(semicolon < 0 ? size : size[..semicolon], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out _left))
        {
            throw new ConnectionException("malformed chunked encoding");
        }

        if (_left > 0)
        {
            return true;
        }

        while ((await _connection.ReadLineAsync(blocking, cancellation)).Length > 0)
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

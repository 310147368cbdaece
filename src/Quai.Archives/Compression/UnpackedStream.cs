using Quai.Errors;

namespace Quai.Archives;

/// <summary>Reads an incoming archive, plain or compressed in any known way, as uncompressed data.</summary>
public sealed class UnpackedStream : Stream
{
    private readonly Stream _unpacked;
    private readonly bool _isOwn;

    private UnpackedStream(Stream unpacked, CompressionKind kind)
    {
        _unpacked = unpacked;
        Kind = kind;
        _isOwn = kind != CompressionKind.None;
    }

    /// <summary>How it was compressed.</summary>
    public CompressionKind Kind { get; }

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Inspects the first bytes. Disposing the result leaves <paramref name="source"/> open.</summary>
    public static UnpackedStream Open(SyncStream source)
    {
        CompressionKind kind = Compression.Detect(source.Peek(Compression.MagicLength));

        // The decompressors ask for a few kilobytes at a time.
        return new UnpackedStream(kind == CompressionKind.None ? source : Compression.Open(new BufferedStream(source, 256 * 1024), kind), kind);
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <exception cref="QuaiException">The data is broken.</exception>
    public override int Read(Span<byte> buffer)
    {
        try
        {
            return _unpacked.Read(buffer);
        }
        catch (Exception e) when (Compression.IsBroken(e))
        {
            throw QuaiException.Invalid($"the archive's {Kind.ToString().ToLowerInvariant()} data is broken: {e.Message}", e);
        }
    }

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
        if (disposing && _isOwn)
        {
            _unpacked.Dispose();
        }

        base.Dispose(disposing);
    }
}

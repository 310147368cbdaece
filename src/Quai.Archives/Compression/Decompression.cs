using Quai.Errors;

namespace Quai.Archives;

/// <summary>An archive as it comes, plain or packed in any way that is known, read as it was before it was packed.</summary>
internal sealed class Decompression : Stream
{
    private readonly Stream _unpacked;
    private readonly bool _isOwn;

    private Decompression(Stream unpacked, CompressionKind kind)
    {
        _unpacked = unpacked;
        Kind = kind;
        _isOwn = kind != CompressionKind.None;
    }

    /// <summary>How it was packed.</summary>
    public CompressionKind Kind { get; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Looks at the first bytes. Disposing the result leaves <paramref name="source"/> open.</summary>
    public static Decompression Open(SyncStream source)
    {
        CompressionKind kind = Compression.Detect(source.Peek(Compression.MagicLength));

        // The decompressors ask for a few kilobytes at a time.
        return new Decompression(kind == CompressionKind.None ? source : Compression.Open(new BufferedStream(source, 256 * 1024), kind), kind);
    }

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

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing && _isOwn)
        {
            _unpacked.Dispose();
        }

        base.Dispose(disposing);
    }
}

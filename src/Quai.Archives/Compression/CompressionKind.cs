namespace Quai.Archives;

/// <summary>How a stream is compressed, detected by its first bytes, as Docker does: media types lie.</summary>
public enum CompressionKind
{
    /// <summary>Not compressed, or in an unknown way.</summary>
    None,

    /// <summary>gzip (RFC 1952).</summary>
    Gzip,

    /// <summary>Zstandard (RFC 8878).</summary>
    Zstd,

    /// <summary>bzip2.</summary>
    Bzip2,

    /// <summary>xz, with LZMA2.</summary>
    Xz,
}

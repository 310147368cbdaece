namespace Quai.Archives;

/// <summary>How a stream is packed, told by its first bytes, as Docker tells it: media types lie.</summary>
public enum CompressionKind
{
    /// <summary>Not packed, or in a way that is not known.</summary>
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

namespace Quai.Images;

/// <summary>How an image's layers are packed.</summary>
public enum LayerCompression
{
    /// <summary>As plain tars.</summary>
    Uncompressed,

    /// <summary>By gzip, which every client knows.</summary>
    Gzip,

    /// <summary>By zstd, which newer clients know.</summary>
    Zstd,
}

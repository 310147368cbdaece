namespace Quai.Images;

/// <summary>How an image's layers are packed.</summary>
public enum LayerCompression
{
    /// <summary>As plain tars.</summary>
    Uncompressed,

    /// <summary>By gzip, which every client knows.</summary>
    Gzip,

    /// <summary>By gzip in the form eStargz, of which clients that know it read single files; it is another layer, with a table of contents behind the archive's end.</summary>
    Estargz,

    /// <summary>By zstd, which newer clients know.</summary>
    Zstd,
}

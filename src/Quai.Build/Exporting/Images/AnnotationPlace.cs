namespace Quai.Build.Exporting.Images;

/// <summary>What of an image an annotation is of.</summary>
internal enum AnnotationPlace
{
    /// <summary>A platform's manifest.</summary>
    Manifest,

    /// <summary>What the index says of a platform's manifest.</summary>
    ManifestDescriptor,

    /// <summary>The index.</summary>
    Index,

    /// <summary>What the layout's list says of the image.</summary>
    IndexDescriptor,
}

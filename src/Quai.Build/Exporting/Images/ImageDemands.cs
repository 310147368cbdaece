using Quai.Dockerfiles.Instructions.Reading;
using Quai.Errors;
using Quai.Images;
using Quai.Oci.Images;

namespace Quai.Build.Exporting.Images;

/// <summary>What a request for an image demands, by the attributes that BuildKit's exporters have.</summary>
internal sealed class ImageDemands
{
    private readonly IReadOnlyDictionary<string, string> _attributes;

    /// <summary>Reads them.</summary>
    /// <exception cref="QuaiException">One is malformed, or asks for what there is not.</exception>
    public ImageDemands(IReadOnlyDictionary<string, string> attributes)
    {
        _attributes = attributes;
        Names = [.. Text("name").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(n => ImageReference.Parse(n).WithDefaultTag())];
        if (Names.FirstOrDefault(n => n.Digest is not null) is { } digested)
        {
            throw QuaiException.Invalid($"invalid tag \"{digested.Familiar}\": a build's image has no digest before it is built");
        }

        Compression = Text("compression") switch
        {
            "" => null,
            "uncompressed" => LayerCompression.Uncompressed,
            "gzip" => LayerCompression.Gzip,
            "zstd" => LayerCompression.Zstd,
            "estargz" => LayerCompression.Estargz,
            string other => throw QuaiException.Invalid($"unsupported layer compression type {other}"),
        };
        Annotations = new ImageAnnotations(attributes);
    }

    /// <summary>The image's names, each with a tag.</summary>
    public IReadOnlyList<ImageReference> Names { get; }

    /// <summary>How layers that were made here are packed; null for the usual.</summary>
    public LayerCompression? Compression { get; }

    /// <summary>Whether layers that came packed are packed anew.</summary>
    public bool ForcesCompression => Flag("force-compression") == true;

    /// <summary>Whether the types are OCI's rather than Docker's; null for what is usual.</summary>
    public bool? UsesOciTypes => Flag("oci-mediatypes");

    /// <summary>Whether the image is pushed.</summary>
    public bool Pushes => Flag("push") == true;

    /// <summary>Whether it is pushed without a tag.</summary>
    public bool PushesByDigest => Flag("push-by-digest") == true;

    /// <summary>Whether it is kept here.</summary>
    public bool IsStored => Flag("store") != false;

    /// <summary>Whether the image's manifest is as images have it that are pushed later: nothing particular is asked of it.</summary>
    public bool IsUsual => (Compression is null or LayerCompression.Gzip) && !ForcesCompression && UsesOciTypes != false && !Annotations.Any;

    /// <summary>Whether no file of layers that were made here is to be later than the image's time.</summary>
    public bool RewritesTimes => Flag("rewrite-timestamp") == true;

    /// <summary>Whether what was put upon the image that it begins with is one layer.</summary>
    public bool Squashes => Flag("squash") == true;

    /// <summary>Whether attestations are artifacts that name their subject, rather than what looks like an image.</summary>
    public bool AttestsByArtifacts => Flag("oci-artifact") == true;

    /// <summary>Whether an archive is written as one file.</summary>
    public bool IsFile => Flag("tar") != false;

    /// <summary>The annotations.</summary>
    public ImageAnnotations Annotations { get; }

    private string Text(string name) => _attributes.GetValueOrDefault(name, "");

    private bool? Flag(string name) => Text(name) is not { Length: > 0 } text ? null
        : Booleans.TryParse(text, out bool value) ? value : throw QuaiException.Invalid($"non-bool value specified for {name}: {text}");
}

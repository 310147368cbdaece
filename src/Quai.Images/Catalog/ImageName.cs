using System.Diagnostics.CodeAnalysis;
using Quai.Errors;
using Quai.Oci.Images;

namespace Quai.Images.Catalog;

/// <summary>
/// A name that an image may be given. Names come from outside (users, archives, indexes, registries). Each is validated here,
/// and only validated names are stored or served. It is a tag, or the digest of a manifest that the image was verified to come from; never both, for
/// then the digest would be believed although nobody checked it.
/// </summary>
internal sealed record ImageName
{
    private ImageName(ImageReference reference) => Reference = reference;

    /// <summary>The name: with a tag or with a digest.</summary>
    public ImageReference Reference { get; }

    /// <summary>A name by tag.</summary>
    /// <param name="name">From any source.</param>
    /// <exception cref="QuaiException">It has a digest, no tag, or could be taken for something else.</exception>
    public static ImageName Tag(ImageReference name)
    {
        string? problem = name.Digest is not null ? "refusing to create a tag with a digest reference"
            : name.Tag is null ? $"invalid tag \"{name.Familiar}\""
            : Problem(name);
        return problem is null ? new ImageName(name) : throw QuaiException.Invalid(problem);
    }

    /// <summary>A name by tag, from an archive.</summary>
    /// <exception cref="QuaiException">It is not a name, has a digest, no tag, or could be taken for something else.</exception>
    public static ImageName Tag(string text)
    {
        ImageReference name = ImageReference.Parse(text);
        return Undigested(name, name.Familiar, "an archive");
    }

    /// <summary>A name by tag for what a build makes; without a tag it is <c>latest</c>.</summary>
    /// <exception cref="QuaiException">It is not a name, has a digest, or could be taken for something else.</exception>
    public static ImageName Built(string text) => Undigested(ImageReference.Parse(text).WithDefaultTag(), text, "a build");

    /// <summary>A name by digest.</summary>
    /// <param name="repository">The repository that the manifest was pulled from or pushed to.</param>
    /// <param name="manifest">The digest that its content was verified to have.</param>
    public static ImageName ByDigest(ImageReference repository, Digest manifest)
    {
        ImageReference name = repository with { Tag = null, Digest = manifest };
        return Problem(name) is { } problem ? throw QuaiException.Invalid(problem) : new ImageName(name);
    }

    /// <summary>Reads a stored name, possibly from an older version that checked less; false for one that must not be served.</summary>
    public static bool TryRead(string stored, [NotNullWhen(true)] out ImageName? name)
    {
        bool good = ImageReference.TryParse(stored, out ImageReference? reference) && reference.Canonical == stored
            && reference.Tag is null != reference.Digest is null && Problem(reference) is null;
        name = good ? new ImageName(reference!) : null;
        return good;
    }

    private static ImageName Undigested(ImageReference name, string shown, string source) =>
        name.Digest is null ? Tag(name) : throw QuaiException.Invalid($"invalid tag \"{shown}\": {source}'s image has no digest of a registry's");

    /// <summary>What else a name could be mistaken for.</summary>
    private static string? Problem(ImageReference name)
    {
        // sha256:0123456789ab would be taken for the beginning of an id.
        if (name.FamiliarName is "sha256" or "sha512")
        {
            return "refusing to create an ambiguous tag using digest algorithm as name";
        }

        // docker.io/registry.example/app would be shown as registry.example/app, and saved as that.
        return !Same(name.Canonical, name) ? "invalid reference format"
            : !Same(name.Familiar, name) ? $"invalid tag \"{name.Canonical}\": it would be taken for {name.Familiar}"
            : null;
    }

    private static bool Same(string text, ImageReference name) => ImageReference.TryParse(text, out ImageReference? read) && read == name;
}

using Quai.Errors;
using Quai.Metadata;
using Quai.Oci.Images;

namespace Quai.Images.Catalog;

/// <summary>Gives an image another name.</summary>
internal sealed class TagImage(MetadataDatabase database, ImageCatalog catalog, ImageEvents events, TimeProvider time)
{
    public async Task RunAsync(string source, string repository, string? tag, CancellationToken cancellation)
    {
        ImageName name = NameOf(repository, tag);

        // Each of several platforms' images gets the name.
        string[] ids = [.. catalog.FindAll(source).Select(i => i.Image.Id)];
        bool named = await database.WriteAsync(c => NameTable.Share(c, ids, name, time.GetUtcNow()), cancellation).ConfigureAwait(false);
        if (!named)
        {
            throw new ImageNotFoundException(source);
        }

        catalog.Reload();
        events.Publish("tag", ids[0], name.Reference.Familiar);
    }

    /// <summary>The name that users mean by a repository, which may include a tag, and a separate tag.</summary>
    public static ImageName NameOf(string repository, string? tag)
    {
        ImageReference name = ImageReference.Parse(repository);
        if (name.Digest is null && tag is { Length: > 0 })
        {
            name = name with { Tag = ImageReference.IsTag(tag) ? tag : throw QuaiException.Invalid("invalid tag format") };
        }

        return ImageName.Tag(name.WithDefaultTag());
    }
}

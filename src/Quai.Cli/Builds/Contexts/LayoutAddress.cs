using Quai.BuildClient.Layouts;
using Quai.Cli.CommandLine;
using Quai.Errors;
using Quai.Oci.Images;

namespace Quai.Cli.Builds.Contexts;

/// <summary>An image in a folder in OCI layout: <c>oci-layout://folder[:tag][@digest]</c>.</summary>
/// <param name="Folder">The folder.</param>
/// <param name="Tag">The tag; empty for the usual one.</param>
/// <param name="Digest">The digest; empty for what the tag means.</param>
internal sealed record LayoutAddress(string Folder, string Tag, string Digest)
{
    private const string Scheme = "oci-layout://", UsualTag = "latest";

    /// <summary>Whether a text is one.</summary>
    public static bool Is(string text) => text.StartsWith(Scheme, StringComparison.Ordinal);

    /// <summary>Reads one.</summary>
    public static LayoutAddress Parse(string text)
    {
        string rest = text[Scheme.Length..];
        int at = rest.IndexOf('@', StringComparison.Ordinal);
        string digest = at < 0 ? "" : rest[(at + 1)..], named = at < 0 ? rest : rest[..at];
        int colon = named.IndexOf(':', StringComparison.Ordinal);
        return new LayoutAddress(colon < 0 ? named : named[..colon], colon < 0 ? "" : named[(colon + 1)..], digest);
    }

    /// <summary>How the builder knows the image, by the name of the folder there.</summary>
    /// <param name="store">The folder's name there.</param>
    /// <param name="layout">The folder.</param>
    /// <exception cref="ExitException">There is no such image.</exception>
    public string Resolve(string store, LayoutFolder layout)
    {
        string tag = Tag.Length == 0 ? UsualTag : Tag;
        try
        {
            string digest = Digest.Length > 0 ? Quai.Oci.Images.Digest.Parse(Digest).ToString() : Find(layout, tag).Digest;
            return $"{Scheme}{store}:{tag}@{digest}";
        }
        catch (QuaiException e)
        {
            string shown = Scheme + Folder + (Tag.Length == 0 ? "" : ":" + Tag) + (Digest.Length == 0 ? "" : "@" + Digest);
            throw new ExitException(1, $"ERROR: failed to build: oci-layout reference \"{shown}\" could not be resolved: {e.Message}");
        }
    }

    private static Descriptor Find(LayoutFolder layout, string tag) =>
        layout.Find(tag) ?? layout.FindOnly() ?? throw QuaiException.NotFound($"failed to resolve digest: several images are there, and none is tagged {tag}");
}

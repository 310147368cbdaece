namespace Quai.BuildClient.Layouts;

/// <summary>What an image is called in a folder in OCI layout.</summary>
/// <param name="Tag">Its tag.</param>
/// <param name="Image">Its full name, with the tag; empty for none.</param>
public sealed record LayoutName(string Tag, string Image = "")
{
    /// <summary>Of a full name, such as <c>docker.io/library/app:1</c>.</summary>
    public static LayoutName OfImage(string name)
    {
        int colon = name.LastIndexOf(':');
        return new LayoutName(colon > name.LastIndexOf('/') ? name[(colon + 1)..] : "latest", name);
    }
}

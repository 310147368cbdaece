using System.Text;
using Quai.Errors;
using Quai.Oci.Images;

namespace Quai.BuildClient.Layouts;

/// <summary>An image that the builder writes into a folder in OCI layout. What it is called there is noted in the end.</summary>
/// <param name="folder">The folder.</param>
public sealed class LayoutExport(LayoutFolder folder)
{
    /// <summary>The name by which builders know the folder.</summary>
    public const string StoreName = "export";

    private const string DescriptorKey = "containerimage.descriptor", NameKey = "image.name", UsualTag = "latest";

    /// <summary>The folder.</summary>
    public LayoutFolder Folder => folder;

    /// <summary>Notes it.</summary>
    /// <param name="response">What the builder's exporters say.</param>
    /// <exception cref="QuaiException">They say it in no form that is known.</exception>
    public void Note(IReadOnlyDictionary<string, string> response)
    {
        if (!response.TryGetValue(DescriptorKey, out string? text))
        {
            return;
        }

        try
        {
            Descriptor descriptor = ImageJson.ReadDescriptor(text.StartsWith('{') ? Encoding.UTF8.GetBytes(text) : Convert.FromBase64String(text));
            LayoutName[] names = [.. (response.GetValueOrDefault(NameKey) ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries).Select(LayoutName.OfImage)];
            folder.Put(descriptor, names.Length > 0 ? names : [new LayoutName(UsualTag)]);
        }
        catch (FormatException e)
        {
            throw QuaiException.Invalid($"the builder says of the image: {text}", e);
        }
    }
}

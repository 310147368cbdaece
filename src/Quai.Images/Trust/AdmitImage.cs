using Quai.Images.Catalog;
using Quai.Oci.Images;

namespace Quai.Images.Trust;

/// <summary>Finds an image to be run, if the policy allows it under the requested name.</summary>
internal sealed class AdmitImage(ImageCatalog catalog, TrustGate trust)
{
    public Image Run(string reference, Platform? platform)
    {
        StoredImage image = catalog.Find(reference, platform);
        ImageReference? name = ImageReference.TryParse(reference, out ImageReference? parsed) && image.Names.Contains(parsed.WithDefaultTag()) ? parsed.WithDefaultTag() : null;
        trust.CheckRun(image, name);
        return image.Image;
    }
}

using Quai.Errors;
using Quai.Images.Catalog;
using Quai.Images.Registry;
using Quai.Images.Trust;
using Quai.Oci.Images;
using Quai.Trust;

namespace Quai.Images;

public sealed partial class ImageStore
{
    /// <inheritdoc/>
    public Image Admit(string reference, Platform? platform = null)
    {
        StoredImage image = _catalog.Find(reference, platform);
        ImageReference? name = ImageReference.TryParse(reference, out ImageReference? parsed) && image.Names.Contains(parsed.WithDefaultTag()) ? parsed.WithDefaultTag() : null;
        _pulls.Trust.CheckRun(image, name);
        return image.Image;
    }

    /// <inheritdoc/>
    public Task<SignatureList> SignaturesAsync(string reference, RegistryAuth? auth, CancellationToken cancellation)
    {
        ImageReference image = ImageReference.Parse(reference).WithDefaultTag();
        return _pulls.Client.ReadAsync(
            image,
            auth,
            async r =>
            {
                Digest digest = image.Digest ?? (await r.GetManifestAsync(image.Tag!, cancellation).ConfigureAwait(false)).Digest;
                return new SignatureList(digest, await new RemoteSignatures(r, _blobs).ListAsync(digest, cancellation).ConfigureAwait(false));
            },
            cancellation);
    }

    /// <inheritdoc/>
    public async Task AddSignatureAsync(string repository, Digest signed, ImageSignature signature, bool asReferrer, RegistryAuth? auth, CancellationToken cancellation)
    {
        ImageReference image = ImageReference.Parse(repository);
        Digest said = SimpleSigning.Read(signature.Payload).Digest;
        if (said != signed)
        {
            throw QuaiException.Invalid($"the signature is of {said}, not of {signed}");
        }

        RegistryRepository writable = await _pulls.Client.OpenToWriteAsync(image, auth, [], cancellation).ConfigureAwait(false);
        await new RemoteSignatures(writable, _blobs).AddAsync(signed, signature, asReferrer, cancellation).ConfigureAwait(false);
    }
}

using Quai.Errors;
using Quai.Oci.Images;
using Quai.Registry.Repositories;
using Quai.Trust;

namespace Quai.Images.Trust;

/// <summary>
/// Signatures in a registry in cosign's format (its <c>SIGNATURE_SPEC.md</c>): an image whose layers are the signed payloads, with the signatures as
/// annotations, under the tag <c>sha256-HEX.sig</c> or as a referrer of what is signed.
/// </summary>
internal sealed class RemoteSignatures(RegistryRepository repository)
{
    /// <summary>The artifact type of a referrer that is a signature image.</summary>
    public const string ArtifactType = "application/vnd.dev.cosign.artifact.sig.v1+json";

    /// <summary>The annotation that contains the signature of a payload.</summary>
    public const string SignatureAnnotation = "dev.cosignproject.cosign/signature";

    // Far more than anybody has, so that a registry cannot keep us busy.
    private const int MaxSignatures = 128, MaxReferrers = 64, MaxPayload = 64 << 10;

    /// <summary>The tag under which a manifest's signatures are stored.</summary>
    public static string TagOf(Digest signed) => $"{signed.Algorithm}-{signed.Hex}.sig";

    /// <summary>All signatures of a manifest, not verified.</summary>
    public async Task<IReadOnlyList<ImageSignature>> ListAsync(Digest signed, CancellationToken cancellation)
    {
        List<ImageSignature> found = [];
        if (await FindAsync(TagOf(signed), cancellation).ConfigureAwait(false) is { } tagged)
        {
            await ReadAsync(tagged, found, cancellation).ConfigureAwait(false);
        }

        IReadOnlyList<Descriptor> referrers = await repository.ReferrersAsync(signed, ArtifactType, cancellation).ConfigureAwait(false);
        foreach (Descriptor referrer in referrers.Take(MaxReferrers))
        {
            if (await FindAsync(referrer.Digest, cancellation).ConfigureAwait(false) is { } manifest)
            {
                await ReadAsync(manifest, found, cancellation).ConfigureAwait(false);
            }
        }

        return found;
    }

    /// <summary>A signature image; null if there is none.</summary>
    public async Task<Manifest?> FindAsync(string reference, CancellationToken cancellation)
    {
        try
        {
            FetchedManifest fetched = await repository.GetManifestAsync(reference, cancellation).ConfigureAwait(false);
            return MediaTypes.IsManifest(fetched.MediaType) ? ImageJson.ReadManifest(fetched.Bytes) : null;
        }
        catch (QuaiException e) when (e.Kind == ErrorKind.NotFound)
        {
            return null;
        }
    }

    private async Task ReadAsync(Manifest manifest, List<ImageSignature> found, CancellationToken cancellation)
    {
        foreach (Descriptor layer in manifest.Layers!)
        {
            if (found.Count < MaxSignatures && layer.MediaType == SimpleSigning.MediaType && layer.Size <= MaxPayload
                && layer.Annotations?.GetValueOrDefault(SignatureAnnotation) is { } text && Decode(text) is { } signature)
            {
                found.Add(new ImageSignature(await repository.ReadBlobAsync(layer, "signature", cancellation).ConfigureAwait(false), signature));
            }
        }
    }

    private static byte[]? Decode(string base64)
    {
        byte[] bytes = new byte[base64.Length];
        return Convert.TryFromBase64String(base64, bytes, out int length) ? bytes[..length] : null;
    }
}

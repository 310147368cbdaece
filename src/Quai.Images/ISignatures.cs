using Quai.Errors;
using Quai.Oci.Images;
using Quai.Registry;
using Quai.Trust;

namespace Quai.Images;

/// <summary>Signatures of images in registries, and the signature policy.</summary>
public interface ISignatures
{
    /// <summary>The signatures that a registry has for an image. Only a key can tell whether they are valid.</summary>
    /// <param name="reference">The image; by tag it is resolved first.</param>
    /// <param name="auth">Credentials; null for none.</param>
    /// <param name="cancellation">Stops asking.</param>
    Task<SignatureList> SignaturesAsync(string reference, RegistryAuth? auth, CancellationToken cancellation);

    /// <summary>Stores a signature beside an image in its registry.</summary>
    /// <param name="repository">The repository's name.</param>
    /// <param name="signed">The manifest that was signed.</param>
    /// <param name="signature">The signature.</param>
    /// <param name="asReferrer">As a referrer (OCI 1.1) rather than under cosign's tag.</param>
    /// <param name="auth">Credentials; null for none.</param>
    /// <param name="cancellation">Stops the upload.</param>
    /// <exception cref="QuaiException">The signature is for another manifest, or the registry refuses it.</exception>
    Task AddSignatureAsync(string repository, Digest signed, ImageSignature signature, bool asReferrer, RegistryAuth? auth, CancellationToken cancellation);
}

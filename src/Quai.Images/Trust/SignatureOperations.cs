using Quai.Oci.Images;
using Quai.Registry;
using Quai.Trust;

namespace Quai.Images.Trust;

/// <summary>The facade for signatures: each operation is a separate class, and nothing is done here.</summary>
internal sealed class SignatureOperations : ISignatures
{
    public required ListSignatures List { get; init; }

    public required AddSignature Add { get; init; }

    public Task<SignatureList> SignaturesAsync(string reference, RegistryAuth? auth, CancellationToken cancellation) => List.RunAsync(reference, auth, cancellation);

    public Task AddSignatureAsync(string repository, Digest signed, ImageSignature signature, bool asReferrer, RegistryAuth? auth, CancellationToken cancellation) =>
        Add.RunAsync(repository, signed, signature, asReferrer, auth, cancellation);
}

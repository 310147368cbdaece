using Quai.Images;
using Quai.Oci.Images;
using Quai.Registry;
using Quai.Trust;

namespace Quai.Daemon.Tests.Fakes;

internal sealed class FakeSignatures : ISignatures
{
    public List<ImageSignature> Added { get; } = [];

    public Task<SignatureList> SignaturesAsync(string reference, RegistryAuth? auth, CancellationToken cancellation) =>
        Task.FromResult(new SignatureList(Digest.Of("manifest"u8), Added));

    public Task AddSignatureAsync(string repository, Digest signed, ImageSignature signature, bool asReferrer, RegistryAuth? auth, CancellationToken cancellation)
    {
        Added.Add(signature);
        return Task.CompletedTask;
    }
}

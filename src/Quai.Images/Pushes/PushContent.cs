using Quai.Oci.Images;

namespace Quai.Images.Pushes;

/// <summary>What one tag is pushed as.</summary>
/// <param name="Index">The index over all manifests, if the image was pulled by one and all of it is here.</param>
/// <param name="Manifests">One, or all of the index's.</param>
internal sealed record PushContent((byte[] Bytes, string MediaType, Digest Digest)? Index, IReadOnlyList<PushManifest> Manifests)
{
    /// <summary>Manifest or index: what the tag will stand for.</summary>
    public (byte[] Bytes, string MediaType, Digest Digest) Top => Index ?? (Manifests[0].Bytes, Manifests[0].MediaType, Manifests[0].Digest);
}

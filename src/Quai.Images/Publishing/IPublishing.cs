using Quai.Content.Collecting;
using Quai.Oci.Images;
using Quai.Registry;

namespace Quai.Images;

/// <summary>What the makers of images need for giving them away without recording them here: layers in the form that is wanted, and pushes of what is only held.</summary>
public interface IPublishing
{
    /// <summary>A layer's blob in the form that is wanted; made once for the usual form.</summary>
    /// <param name="layer">The blob as it is; it is here and held.</param>
    /// <param name="compression">The form.</param>
    /// <param name="force">Whether a layer that is compressed in another way is packed anew; otherwise it stays as it is.</param>
    /// <param name="lease">Keeps the result.</param>
    /// <param name="cancellation">Leaves nothing behind.</param>
    Task<Descriptor> PackAsync(Descriptor layer, LayerCompression compression, bool force, Lease lease, CancellationToken cancellation);

    /// <summary>A layer in the form eStargz, which unpacks to the same files and is another layer all the same.</summary>
    /// <param name="layer">The blob as it is; it is here and held.</param>
    /// <param name="lease">Keeps the result.</param>
    /// <param name="cancellation">Leaves nothing behind.</param>
    /// <returns>The blob, with the annotations by which clients know the form, and the digest of what it unpacks to.</returns>
    /// <exception cref="Errors.QuaiException">Kind InvalidParameter: the layer has what the form cannot have.</exception>
    Task<(Descriptor Blob, string DiffId)> PackEstargzAsync(Descriptor layer, Lease lease, CancellationToken cancellation);

    /// <summary>Pushes a manifest, or an index with all of its manifests, that is in the store, with everything it needs.</summary>
    /// <param name="name">The repository, and the tag that stands for it from then on; without a tag it is known by its digest alone.</param>
    /// <param name="top">The manifest or index.</param>
    /// <param name="lease">Holds it.</param>
    /// <param name="auth">Credentials; null for none.</param>
    /// <param name="progress">Receives each message in order.</param>
    /// <param name="cancellation">Stops the upload.</param>
    Task PushAsync(ImageReference name, Digest top, Lease lease, RegistryAuth? auth, IProgress<ProgressMessage> progress, CancellationToken cancellation);
}

using Quai.Content.Collecting;
using Quai.Oci.Images;
using Quai.Registry;

namespace Quai.Images.Publishing;

/// <summary>The facade for publishing; nothing is done here.</summary>
internal sealed class PublishingOperations(LayerForms forms, PushStored push) : IPublishing
{
    public Task<Descriptor> PackAsync(Descriptor layer, LayerCompression compression, bool force, Lease lease, CancellationToken cancellation) =>
        forms.PackAsync(layer, compression, force, lease, cancellation);

    public Task<(Descriptor Blob, string DiffId)> PackEstargzAsync(Descriptor layer, Lease lease, CancellationToken cancellation) => forms.PackEstargzAsync(layer, lease, cancellation);

    public Task PushAsync(ImageReference name, Digest top, Lease lease, RegistryAuth? auth, IProgress<ProgressMessage> progress, CancellationToken cancellation) =>
        push.RunAsync(name, top, lease, auth, progress, cancellation);
}

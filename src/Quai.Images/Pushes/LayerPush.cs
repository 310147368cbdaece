using Quai.Images.Pulls;
using Quai.Images.Registry;
using Quai.Oci.Images;

namespace Quai.Images.Pushes;

/// <summary>One layer of a push: uploaded unless the registry has it, here or in another repository that it can take it from.</summary>
internal sealed class LayerPush(PushServices services, RegistryRepository repository, ImageReference target, PushLayer layer, LayerProgress progress)
{
    /// <summary>Other repositories that are asked for at most.</summary>
    public const int MaxSources = 3;

    private readonly Digest _digest = Digest.Parse(layer.Blob.Digest);

    public async Task RunAsync(CancellationToken cancellation)
    {
        if (!PushContents.IsDistributed(layer.Blob))
        {
            progress.Say("Skipped foreign layer");
            return;
        }

        if (!services.Uploads.Wait(0, CancellationToken.None))
        {
            progress.Say("Waiting");
            await services.Uploads.WaitAsync(cancellation).ConfigureAwait(false);
        }

        try
        {
            progress.Say(await PutAsync(cancellation).ConfigureAwait(false));
        }
        finally
        {
            services.Uploads.Release();
        }
    }

    private async Task<string> PutAsync(CancellationToken cancellation)
    {
        if (await repository.HasBlobAsync(_digest, cancellation).ConfigureAwait(false))
        {
            return "Layer already exists";
        }

        Uri? begun = null;
        foreach (string source in services.Repositories.Find(target, layer.Blob.Digest, MaxSources))
        {
            (bool mounted, Uri? upload) = await repository.MountAsync(_digest, source, cancellation).ConfigureAwait(false);
            if (mounted)
            {
                return $"Mounted from {source}";
            }

            begun = upload ?? begun;
            await services.Repositories.ForgetAsync(target.Domain, source, layer.Blob.Digest, cancellation).ConfigureAwait(false);
        }

        progress.Advance("Pushing", 0, layer.Blob.Size);
        await repository.UploadAsync(
            layer.Blob,
            services.Blobs.PathOf(_digest),
            begun,
            sent => progress.Advance("Pushing", sent, layer.Blob.Size),
            wait => progress.Say($"Retrying in {Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds))} second{(wait.TotalSeconds > 1 ? "s" : "")}"),
            cancellation).ConfigureAwait(false);
        return "Pushed";
    }
}

using Quai.Errors;
using Quai.Oci.Images;
using Quai.Registry;

namespace Quai.Images.Remote;

/// <summary>What a registry has under a name.</summary>
internal sealed class InspectRemoteImage(RegistryClient client)
{
    public async Task<RemoteImage> RunAsync(string reference, RegistryAuth? auth, CancellationToken cancellation)
    {
        ImageReference image = ImageReference.Parse(reference).WithDefaultTag();
        try
        {
            return await client.ReadAsync(image, auth, r => RemoteInspection.RunAsync(r, image, cancellation), cancellation).ConfigureAwait(false);
        }
        catch (ManifestNotFoundException e)
        {
            // Here Docker passes on what the registry says, and nothing more.
            throw QuaiException.NotFound(e.Said, e);
        }
    }
}

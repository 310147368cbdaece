using Quai.Oci.Images;
using Quai.Registry;

namespace Quai.Images.Remote;

/// <summary>All tags of a repository, in the registry's order.</summary>
internal sealed class ListTags(RegistryClient client)
{
    public Task<IReadOnlyList<string>> RunAsync(string repository, RegistryAuth? auth, CancellationToken cancellation) =>
        client.ReadAsync(ImageReference.Parse(repository), auth, r => r.ListTagsAsync(cancellation), cancellation);
}

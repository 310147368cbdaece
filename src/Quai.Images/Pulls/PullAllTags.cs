using Quai.Errors;
using Quai.Images.Remote;
using Quai.Oci.Images;
using Quai.Registry;

namespace Quai.Images.Pulls;

/// <summary>Pulls all tags of a repository, one after the other.</summary>
internal sealed class PullAllTags(ListTags tags, PullImage pull)
{
    public async Task RunAsync(string repository, PullOptions options, RegistryAuth? auth, IProgress<ProgressMessage> progress, CancellationToken cancellation)
    {
        ImageReference name = ImageReference.Parse(repository);
        if (name.Tag is not null || name.Digest is not null)
        {
            throw QuaiException.Invalid("tag can't be used with --all-tags/-a");
        }

        bool newer = false;
        foreach (string tag in await tags.RunAsync(repository, auth, cancellation).ConfigureAwait(false))
        {
            newer |= (await pull.RunAsync(name with { Tag = tag }, options, auth, progress, showsStatus: false, cancellation).ConfigureAwait(false)).Newer;
        }

        progress.Report(Pull.Status(newer, name.Familiar));
    }
}

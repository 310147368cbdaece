using Quai.Content.Collecting;
using Quai.Errors;
using Quai.Oci.Images;
using Quai.Registry;

namespace Quai.Images.Pushes;

/// <summary>Pushes a tag of a repository, or all of its tags.</summary>
internal sealed class PushImage(Push push, LeasedWork work, ContentCollector collector, ImageEvents events)
{
    public async Task RunAsync(string repository, string? tag, string? platform, RegistryAuth? auth, IProgress<ProgressMessage> progress, CancellationToken cancellation)
    {
        ImageReference name = ImageReference.Parse(repository);
        if (name.Digest is not null)
        {
            throw QuaiException.Invalid("cannot push a digest reference");
        }

        if (tag is { Length: > 0 } && !ImageReference.IsTag(tag))
        {
            throw QuaiException.Invalid("invalid tag format");
        }

        name = tag is { Length: > 0 } ? name with { Tag = tag } : name;
        Platform? wanted = platform is { Length: > 0 } ? Platform.Parse(platform) : null;
        progress.Report(new ProgressMessage($"The push refers to repository [{name.Name}]"));
        await work.RunAsync(
            async lease =>
            {
                await push.RunAsync(auth, new PushJob(name, wanted, progress, lease), cancellation).ConfigureAwait(false);
                return true;
            }).ConfigureAwait(false);
        events.Publish("push", name.Familiar, name.FamiliarName);

        // Compressing layers leaves their plain form unused.
        await collector.RunQuietlyAsync().ConfigureAwait(false);
    }
}

using Quai.Api.Containers;
using Quai.Content.Snapshots;
using Quai.Engine.Containers.Runs;
using Quai.Engine.Containers.State;
using Quai.Engine.Containers.Views;
using Quai.Errors;
using Quai.Images;
using Quai.Linux.Trees;
using Quai.Linux;
using Quai.Oci.Images;

namespace Quai.Engine.Containers.Files;

/// <summary>Makes an image from a container.</summary>
internal sealed class CommitContainer(ContainerRegistry registry, IImageStore images, ContainerFreezer freezer, ContainerRecords records, ContainerEvents events)
{
    /// <inheritdoc cref="IContainerFiles.CommitAsync"/>
    public async Task<string> RunAsync(CommitRequest request, CancellationToken cancellation)
    {
        Container container = registry.Resolve(request.Container);
        bool paused = request.Pause && await PauseForCommitAsync(container, cancellation).ConfigureAwait(false);
        Image image;
        try
        {
            Snapshot snapshot = images.GetSnapshot(container.Id);
            image = await images.CommitAsync(
                new ContainerCommit
                {
                    Key = container.Id,
                    ParentId = container.ImageId,
                    Repository = request.Repository,
                    Tag = request.Tag,
                    Author = request.Author,
                    Comment = request.Comment,
                    CreatedBy = string.Join(' ', container.Spec.Program.Command ?? []),
                    Config = ExecutionOf(request.Config ?? SpecView.ConfigOf(container.Spec)),
                    ContainerConfig = ExecutionOf(SpecView.ConfigOf(container.Spec)),
                    Changes = request.Changes,
                    LeftOut = MadeByStarting(snapshot),
                    FilesRead = async () =>
                    {
                        if (paused)
                        {
                            paused = false;
                            await UnpauseAfterCommitAsync(container).ConfigureAwait(false);
                        }
                    },
                },
                cancellation).ConfigureAwait(false);
        }
        finally
        {
            if (paused)
            {
                await UnpauseAfterCommitAsync(container).ConfigureAwait(false);
            }
        }

        events.Publish(container, "commit", ("comment", request.Comment), ("imageID", image.Id), ("imageRef", NameGiven(request)));
        return image.Id;
    }

    private static string NameGiven(CommitRequest request) => string.IsNullOrEmpty(request.Repository) ? ""
        : string.IsNullOrEmpty(request.Tag) ? request.Repository
        : $"{request.Repository}:{request.Tag}";

    /// <summary>Freezes a running container; false if there is nothing to freeze or it is paused anyway.</summary>
    private async Task<bool> PauseForCommitAsync(Container container, CancellationToken cancellation)
    {
        using (await container.Lock.EnterAsync(cancellation).ConfigureAwait(false))
        {
            switch (container.State.Status)
            {
                case ContainerStatus.Removing:
                    throw QuaiException.Conflict($"You cannot commit container {container.Id} which is being removed");
                case ContainerStatus.Running:
                    container.Machine.Held();
                    await records.SaveAsync(container).ConfigureAwait(false);
                    await freezer.FreezeAsync(container, held: true, cancellation).ConfigureAwait(false);
                    return true;
                default:
                    return false;
            }
        }
    }

    private async Task UnpauseAfterCommitAsync(Container container)
    {
        using (await container.Lock.EnterAsync().ConfigureAwait(false))
        {
            // It may have been killed meanwhile, or unpaused by somebody.
            if (container is { State.Status: ContainerStatus.Paused, Run: { } run })
            {
                await freezer.ThawAsync(container, run).ConfigureAwait(false);
            }
        }
    }

    /// <summary>The empty mount points, and the link to the list of mounts, that a start left in the writable layer and that the image itself does not have.</summary>
    private static HashSet<string> MadeByStarting(Snapshot snapshot)
    {
        HashSet<string> made = [];
        using FileDescriptor upper = RootedFiles.OpenDirectory(Path.Combine(snapshot.Root, snapshot.Upper));
        foreach (string path in OwnFiles.Paths)
        {
            // The container may be running: nothing it does leads this out of its directory.
            string inside = path.TrimStart('/');
            using FileDescriptor? found = RootedFiles.TryOpenBeneath(upper, inside);
            if (found is null)
            {
                continue;
            }

            if (OwnFiles.IsLinkToMounts(found))
            {
                // Whatever the image has there stays the image's.
                made.Add(inside);
                continue;
            }

            if (snapshot.Lower.Any(l => IsInLayer(Path.Combine(snapshot.Root, l), inside)))
            {
                continue;
            }

            NodeStatus status = NodeStatusReader.Read(found);
            if (status is { IsRegular: true, Size: 0 } || (status.IsDirectory && IsEmpty(found)))
            {
                made.Add(inside);
            }
        }

        return made;
    }

    private static bool IsInLayer(string layer, string path)
    {
        using FileDescriptor folder = RootedFiles.OpenDirectory(layer);
        using FileDescriptor? found = RootedFiles.TryOpenBeneath(folder, path);
        return found is not null && !NodeStatusReader.Read(found).IsWhiteout;
    }

    private static bool IsEmpty(FileDescriptor directory)
    {
        using FileDescriptor? opened = RootedFiles.TryOpenDirectory(directory, ".");
        return opened is not null && TreeEntries.IsEmpty(opened.Number);
    }

    private static ExecutionConfig ExecutionOf(ContainerConfig config) => new()
    {
        User = config.User.Length > 0 ? config.User : null,
        ExposedPorts = config.ExposedPorts is { } ports ? new(ports) : null,
        Env = config.Env is { } environment ? [.. environment] : null,
        Entrypoint = config.Entrypoint is { } entrypoint ? [.. entrypoint] : null,
        Cmd = config.Cmd is { } command ? [.. command] : null,
        Volumes = config.Volumes is { } volumes ? new(volumes) : null,
        WorkingDir = config.WorkingDir.Length > 0 ? config.WorkingDir : null,
        Labels = config.Labels is { } labels ? new(labels) : null,
        StopSignal = config.StopSignal,
        StopTimeout = config.StopTimeout,
        ArgsEscaped = config.ArgsEscaped == true ? true : null,
        Shell = config.Shell is { } shell ? [.. shell] : null,
        OnBuild = config.OnBuild is { } onBuild ? [.. onBuild] : null,
        Healthcheck = config.Healthcheck is not { } health ? null : new HealthcheckConfig
        {
            Test = health.Test,
            Interval = NotZero(health.Interval),
            Timeout = NotZero(health.Timeout),
            StartPeriod = NotZero(health.StartPeriod),
            StartInterval = NotZero(health.StartInterval),
            Retries = health.Retries == 0 ? null : health.Retries,
        },
    };

    private static long? NotZero(long value) => value == 0 ? null : value;
}

using Quai.Archives;
using Quai.Engine.Containers.Launching;
using Quai.Engine.Containers.Spec;
using Quai.Engine.Containers.State;
using Quai.Engine.Specs;
using Quai.Errors;
using Quai.Linux.Trees;
using Quai.Linux;

namespace Quai.Engine.Containers.Files;

/// <summary>Extracts an archive into a directory of a container.</summary>
internal sealed class ExtractArchive(ContainerRegistry registry, ContainerViews views, ContainerEvents events)
{
    /// <inheritdoc cref="IContainerFiles.ExtractAsync"/>
    public async Task RunAsync(string id, string path, bool noOverwriteDirNonDir, bool copyOwner, Stream content, CancellationToken cancellation)
    {
        Container container = registry.Resolve(id);
        using ContainerView view = await views.OpenAsync(container, ViewKind.Write, cancellation).ConfigureAwait(false);
        string place = ScopedPath.Evaluate(view.Root, path);
        try
        {
            using FileDescriptor there = Openat2.Open(view.Root.Number, path.StartsWith('/') ? path : "/" + path, FileCalls.O_PATH | FileCalls.O_CLOEXEC, 0, FoundPath.Inside);
            if (!NodeStatusReader.Read(there).IsDirectory)
            {
                throw QuaiException.System("extraction point is not a directory");
            }
        }
        catch (LinuxException e)
        {
            throw e.Errno == Errno.ENOENT
                ? QuaiException.NotFound($"Could not find the file {path} in container {id}", e)
                : QuaiException.System(e.Errno == Errno.ENOTDIR ? "not a directory" : $"lstat {path}: {Errno.Message(e.Errno)}", e);
        }

        // Reported here in Docker's words; the view's mounts are also read-only, so that no race gets past this check.
        CheckWritable(container, place);
        (uint, uint)? owner = null;
        if (copyOwner && container.Spec.Program.User.Length > 0)
        {
            RootReader.Accounts accounts = RootReader.Read(view.Root);
            ResolvedUser user = UserResolver.Resolve(container.Spec.Program.User, accounts.Passwd, accounts.Group);
            owner = (user.Uid, user.Gid);
        }

        var options = new TreeExtractorOptions { NoOverwriteDirNonDir = noOverwriteDirNonDir, Owner = owner };
        await Task.Factory.StartNew(() => Extract(view, place, options, content, cancellation), cancellation, TaskCreationOptions.LongRunning, TaskScheduler.Default).ConfigureAwait(false);
        events.Publish(container, "extract-to-dir");
    }

    private static void Extract(ContainerView view, string place, TreeExtractorOptions options, Stream content, CancellationToken cancellation)
    {
        using var source = new SyncStream(content, cancellation);
        using Stream tar = UnpackedStream.Open(source);
        try
        {
            using var extractor = new TreeExtractor(view.Root, place, options);
            var reader = new TarReader(tar);
            extractor.Extract(reader, cancellation);
            reader.Drain();
        }
        catch (QuaiException e) when (e.Kind == ErrorKind.InvalidParameter)
        {
            // Docker has no other status for a broken archive.
            throw QuaiException.System(e.Message, e);
        }
    }

    private static void CheckWritable(Container container, string place)
    {
        foreach (ContainerMount mount in container.Spec.Mounts)
        {
            if (mount.Unlisted || !(place == mount.Destination || place.StartsWith(mount.Destination.TrimEnd('/') + "/", StringComparison.Ordinal)))
            {
                continue;
            }

            if (!mount.ReadWrite)
            {
                throw QuaiException.System("mounted volume is marked read-only");
            }

            return;
        }

        if (container.Spec.Security.ReadonlyRoot)
        {
            throw QuaiException.System("container rootfs is marked read-only");
        }
    }
}

using Quai.Api.Containers;
using Quai.Content.Snapshots;
using Quai.Engine.Containers.State;
using Quai.Errors;
using Quai.Images;
using Quai.Linux.Mounts;
using Quai.Linux.Trees;
using Quai.Linux;

namespace Quai.Engine.Containers.Views;

/// <summary>Lists the files of a container that differ from its image.</summary>
internal sealed class ContainerChanges(ContainerRegistry registry, IImageStore images, EnginePaths paths)
{
    private const int Modified = 0, Added = 1, Deleted = 2;
    private const int LongestPath = 4096, MostNames = 1 << 16;

    /// <inheritdoc cref="IContainers.ChangesAsync"/>
    public Task<List<FilesystemChange>> RunAsync(string id, CancellationToken cancellation)
    {
        Container container = registry.Resolve(id);
        Snapshot snapshot = images.GetSnapshot(container.Id);
        return Task.Run(
            () =>
            {
                // The container may be running and is not trusted: no link leads out of either side, whatever it does meanwhile.
                using FileDescriptor lower = DetachedOverlay.Open(snapshot.Root, snapshot.Lower, null, null, paths.RootFs);
                using FileDescriptor upper = FileCalls.OpenDirectory(Path.Combine(snapshot.Root, snapshot.Upper));
                var comparison = new Comparison(cancellation);
                comparison.Compare(upper, lower, "");
                return comparison.Changes;
            },
            cancellation);
    }

    /// <summary>
    /// Compares a writable directory with what is below it, as Docker compares whole trees: a file is changed if its mode, owner, size, modification time
    /// or capabilities are, a directory also if something in it is.
    /// </summary>
    private sealed class Comparison(CancellationToken cancellation)
    {
        private static ReadOnlySpan<byte> Opaque => OverlayMarks.Opaque;

        private static ReadOnlySpan<byte> Capability => "security.capability"u8;

        public List<FilesystemChange> Changes { get; } = [];

        public void Compare(FileDescriptor upper, FileDescriptor? lower, string path)
        {
            cancellation.ThrowIfCancellationRequested();
            System.Runtime.CompilerServices.RuntimeHelpers.EnsureSufficientExecutionStack();
            foreach (byte[] name in Names(upper))
            {
                string inside = Path(path, name);
                if (!OwnFiles.Paths.Contains(inside) && TreeEntries.TryStatus(upper.Number, name) is { } now)
                {
                    Compare(upper, lower, name, inside, now);
                }
            }

            if (lower is not null && IsOpaque(upper))
            {
                // The directory was removed and created again: its old content is gone.
                foreach (byte[] name in Names(lower))
                {
                    if (TreeEntries.TryStatus(upper.Number, name) is null)
                    {
                        Changes.Add(new FilesystemChange(Path(path, name), Deleted));
                    }
                }
            }
        }

        private static IEnumerable<byte[]> Names(FileDescriptor directory)
        {
            while (TreeEntries.NextNames(directory.Number, MostNames) is { Count: > 0 } names)
            {
                foreach (byte[] name in names)
                {
                    yield return name;
                }
            }
        }

        // Directories nested step by step can be too deep for a path, and the total length of all such names grows quadratically.
        private static string Path(string directory, byte[] name) =>
            directory.Length + name.Length <= LongestPath
                ? $"{directory}/{System.Text.Encoding.UTF8.GetString(name.AsSpan(0, name.Length - 1))}"
                : throw QuaiException.System($"lstat {directory[..200]}…: file name too long");

        private static bool IsOpaque(FileDescriptor directory)
        {
            foreach ((byte[] name, byte[] value) in TreeEntries.Attributes(directory.Number))
            {
                if (name.AsSpan().SequenceEqual(Opaque) && value.AsSpan().SequenceEqual("y"u8))
                {
                    return true;
                }
            }

            return false;
        }

        private static bool IsSame(in NodeStatus now, in NodeStatus was, FileDescriptor upper, FileDescriptor lower, byte[] name)
        {
            if (now.Mode != was.Mode || now.Uid != was.Uid || now.Gid != was.Gid || now.NodeMajor != was.NodeMajor || now.NodeMinor != was.NodeMinor)
            {
                return false;
            }

            if (now.IsDirectory)
            {
                return true;
            }

            // An archive may have truncated fractions of seconds.
            bool sameTime = now.ModifiedSeconds == was.ModifiedSeconds
                && (now.ModifiedNanoseconds == was.ModifiedNanoseconds || now.ModifiedNanoseconds == 0 || was.ModifiedNanoseconds == 0);
            return sameTime && now.Size == was.Size && CapabilityOf(upper, name).SequenceEqual(CapabilityOf(lower, name));
        }

        private static byte[] CapabilityOf(FileDescriptor directory, byte[] name)
        {
            foreach ((byte[] key, byte[] value) in TreeEntries.Attributes(directory.Number, name))
            {
                if (key.AsSpan().SequenceEqual(Capability))
                {
                    return value;
                }
            }

            return [];
        }

        private void Compare(FileDescriptor upper, FileDescriptor? lower, byte[] name, string inside, in NodeStatus now)
        {
            NodeStatus? was = lower is null ? null : TreeEntries.TryStatus(lower.Number, name);
            if (now.IsWhiteout)
            {
                if (was is not null)
                {
                    Changes.Add(new FilesystemChange(inside, Deleted));
                }

                return;
            }

            // Every container has an /etc for the three files in it, so it never counts as the container's own.
            bool implied = inside == "/etc" && was is null;

            // Its place, before its children.
            int at = Changes.Count;
            Changes.Add(new FilesystemChange(inside, Modified));
            bool same = implied ? (now.Mode & 0x1ff, now.Uid, now.Gid) == (0x1edu, 0u, 0u) : was is { } old && IsSame(now, old, upper, lower!, name);
            if (now.IsDirectory)
            {
                using FileDescriptor? down = TreeEntries.TryOpenDirectory(upper.Number, name);
                using FileDescriptor? below = was is { IsDirectory: true } ? TreeEntries.TryOpenDirectory(lower!.Number, name) : null;
                if (down is not null)
                {
                    Compare(down, below, inside);
                }
            }

            if (!same || Changes.Count > at + 1)
            {
                Changes[at] = new FilesystemChange(inside, was is null && !implied ? Added : Modified);
            }
            else
            {
                Changes.RemoveAt(at);
            }
        }
    }
}

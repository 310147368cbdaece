using System.Text;
using Quai.Api.Containers;
using Quai.Archives;
using Quai.Engine.Containers.State;
using Quai.Linux;
using Quai.Linux.Trees;

namespace Quai.Engine.Containers;

internal sealed partial class ContainerService
{
    /// <inheritdoc/>
    public async Task<IContainerArchive> ArchivePathAsync(string id, string path, CancellationToken cancellation)
    {
        Container container = registry.Resolve(id);
        ContainerView view = await OpenViewAsync(container, ViewKind.Read, cancellation).ConfigureAwait(false);
        try
        {
            using FileDescriptor found = OpenPath(view, path, id, out ContainerPathStat stat);
            string clean = CleanPath(path);
            bool directory = NodeStatusReader.Read(found).IsDirectory;

            // A directory is opened for reading; of anything else the directory that it lies in, since it is packed by its name.
            string opened = directory ? clean : clean[..(clean.LastIndexOf('/') + 1)];
            FileDescriptor from = Openat2.Open(view.Root.Number, opened, FileCalls.O_RDONLY | FileCalls.O_DIRECTORY | FileCalls.O_CLOEXEC, 0, Inside);
            Publish(container, "archive-path");
            return new TreeArchive(view, from, stat, packer =>
            {
                if (directory)
                {
                    packer.PackDirectory(from, Encoding.UTF8.GetBytes(stat.Name));
                }
                else
                {
                    packer.Pack(from.Number, Encoding.UTF8.GetBytes(stat.Name + '\0'), Encoding.UTF8.GetBytes(stat.Name));
                }
            });
        }
        catch
        {
            view.Dispose();
            throw;
        }
    }

    /// <summary>An archive that is packed while it is written out, by a thread of its own.</summary>
    private sealed class TreeArchive(ContainerView view, FileDescriptor from, ContainerPathStat? stat, Action<TreePacker> pack) : IContainerArchive
    {
        /// <summary>Room for the deepest tree that is packed.</summary>
        private const int StackSize = 8 << 20;

        public ContainerPathStat? Stat => stat;

        public Task WriteAsync(Stream output, CancellationToken cancellation)
        {
            var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            new Thread(
                () =>
                {
                    try
                    {
                        using var sink = new SinkStream(output, cancellation);
                        var tar = new TarWriter(sink);
                        pack(new TreePacker(tar, TreePackerOptions.Plain, cancellation));
                        tar.Finish();
                        done.SetResult();
                    }
                    catch (Exception e)
                    {
                        done.SetException(e);
                    }
                },
                StackSize) { IsBackground = true, Name = "tar" }.Start();
            return done.Task;
        }

        public ValueTask DisposeAsync()
        {
            from.Dispose();
            view.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}

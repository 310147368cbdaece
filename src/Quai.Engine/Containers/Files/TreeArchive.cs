using Quai.Api.Containers;
using Quai.Archives;
using Quai.Linux;

namespace Quai.Engine.Containers.Files;

/// <summary>An archive that is packed while it is written out, on its own thread.</summary>
internal sealed class TreeArchive(ContainerView view, FileDescriptor from, ContainerPathStat? stat, Action<TreePacker> pack) : IContainerArchive
{
    /// <summary>A stack large enough for the deepest tree that is packed.</summary>
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

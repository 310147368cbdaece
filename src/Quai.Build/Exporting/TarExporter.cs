using System.Text;
using Quai.Archives;
using Quai.Build.Jobs;
using Quai.Build.Sessions;
using Quai.Build.Solving;
using Quai.Build.Trees;
using Quai.Errors;
using Quai.Linux;
using Quai.Linux.Mounts;

namespace Quai.Build.Exporting;

/// <summary>Gives the client the files of the result as an archive.</summary>
internal sealed class TarExporter(string mountPoint) : IExporter
{
    /// <inheritdoc/>
    public IReadOnlyList<string> Types { get; } = ["tar"];

    /// <inheritdoc/>
    public string Title => "exporting to client tarball";

    /// <inheritdoc/>
    public async Task<IReadOnlyDictionary<string, string>> RunAsync(
        IReadOnlyList<ExportedTree> trees, ExportRequest request, IBuildSession? session, IStepProgress progress, CancellationToken cancellation)
    {
        if (session is null)
        {
            throw QuaiException.Invalid("no session of a client takes the archive");
        }

        await using Stream target = await session.SendFileAsync(request.Index, new Dictionary<string, string>(), cancellation).ConfigureAwait(false);
        await Task.Factory.StartNew(() => Pack(trees, target, cancellation), cancellation, TaskCreationOptions.LongRunning, TaskScheduler.Default).ConfigureAwait(false);
        await target.FlushAsync(cancellation).ConfigureAwait(false);
        progress.Report("sending tarball", 0, 0, isComplete: true);
        return new Dictionary<string, string>();
    }

    private void Pack(IReadOnlyList<ExportedTree> trees, Stream target, CancellationToken cancellation)
    {
        using var sink = new SinkStream(target, cancellation);
        using var buffer = new BufferedStream(sink, 256 << 10);
        var tar = new TarWriter(buffer);
        foreach (ExportedTree tree in trees.Where(t => t.Stack.Layers.Count > 0))
        {
            using FileDescriptor root = DetachedOverlay.Open("/", tree.Stack.Directories, null, null, mountPoint);
            byte[] prefix = trees.Count > 1 ? Encoding.UTF8.GetBytes(tree.Key.Replace('/', '_') + "/") : [];
            new TreePacker(tar, TreePackerOptions.Plain, cancellation).PackContent(root, prefix);
        }

        tar.Finish();
        buffer.Flush();
    }
}

using System.Text;
using Quai.Archives;
using Quai.Build.Jobs;
using Quai.Build.Sessions;
using Quai.Build.Solving;
using Quai.Build.Trees;
using Quai.Linux;
using Quai.Linux.Mounts;

namespace Quai.Build.Exporting;

/// <summary>Gives the client the files of the result as an archive.</summary>
internal sealed class TarExporter(string mountPoint) : IExporter
{
    private const uint FolderMode = 0x1ed;

    /// <inheritdoc/>
    public IReadOnlyList<string> Types { get; } = ["tar"];

    /// <inheritdoc/>
    public string Title => "exporting to client tarball";

    /// <inheritdoc/>
    public async Task<IReadOnlyDictionary<string, string>> RunAsync(
        IReadOnlyList<ExportedTree> trees, ExportRequest request, IBuildSession? session, IStepProgress progress, CancellationToken cancellation)
    {
        bool isSplit = PlatformFolders.IsSplit(trees, request.Attributes);
        await ClientFile.SendAsync(
            session,
            request.Index,
            new Dictionary<string, string>(),
            (target, token) => Task.Factory.StartNew(() => Pack(trees, isSplit, target, token), token, TaskCreationOptions.LongRunning, TaskScheduler.Default),
            cancellation).ConfigureAwait(false);
        progress.Report("sending tarball", 0, 0, isComplete: true);
        return new Dictionary<string, string>();
    }

    private void Pack(IReadOnlyList<ExportedTree> trees, bool isSplit, Stream target, CancellationToken cancellation)
    {
        using var sink = new SinkStream(target, cancellation);
        using var buffer = new BufferedStream(sink, 256 << 10);
        var tar = new TarWriter(buffer);
        foreach (ExportedTree tree in trees.Where(t => t.Stack.Layers.Count > 0))
        {
            using FileDescriptor root = DetachedOverlay.Open("/", tree.Stack.Directories, null, null, mountPoint);
            byte[] prefix = isSplit ? Encoding.UTF8.GetBytes(PlatformFolders.NameOf(tree) + "/") : [];
            if (isSplit)
            {
                tar.WriteHeader(new TarHeader { Type = TarEntryType.Directory, Name = prefix, Mode = FolderMode });
            }

            new TreePacker(tar, tree.Epoch is { } epoch ? new TreePackerOptions { Date = _ => epoch.ToUnixTimeSeconds() } : TreePackerOptions.Plain, cancellation).PackContent(root, prefix);
        }

        tar.Finish();
        buffer.Flush();
    }
}

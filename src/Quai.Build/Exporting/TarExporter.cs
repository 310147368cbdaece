using System.Text;
using Quai.Archives;
using Quai.Build.Jobs;
using Quai.Build.Sessions;
using Quai.Build.Solving;
using Quai.Build.Trees;
using Quai.Build.Trees.Sent;
using Quai.BuildTransfer;
using Quai.Linux;
using Quai.Linux.Mounts;

namespace Quai.Build.Exporting;

/// <summary>Gives the client the files of the result as an archive.</summary>
internal sealed class TarExporter(string mountPoint) : IExporter
{
    private const uint FolderMode = 0x1ed, FileMode = 0x180;

    /// <inheritdoc/>
    public IReadOnlyList<string> Types { get; } = ["tar"];

    /// <inheritdoc/>
    public string Title => "exporting to client tarball";

    /// <inheritdoc/>
    public async Task<IReadOnlyDictionary<string, string>> RunAsync(
        IReadOnlyList<ExportedTree> trees, ExportRequest request, IBuildSession? session, IStepProgress progress, CancellationToken cancellation)
    {
        bool isSplit = PlatformFolders.IsSplit(trees, request.Attributes);
        List<IReadOnlyList<(string Name, byte[] Content)>> beside = [];
        foreach (ExportedTree tree in trees)
        {
            beside.Add(await AttestationFiles.WriteAsync(tree, request, !isSplit && trees.Count > 1, cancellation).ConfigureAwait(false));
        }

        if (!isSplit && trees.Count > 1)
        {
            // Looked through before anything is sent: of two files with one name an archive would have the last one.
            await DeepThread.RunAsync("files", () => _ = new JoinedTree([.. trees.Select(t => (t.Platform.ToString(), (ISentTree)new SentTree(new MergedTree(t.Stack), "")))]).Entries()).ConfigureAwait(false);
        }

        await ClientFile.SendAsync(
            session,
            request.Index,
            new Dictionary<string, string>(),
            (target, token) => Task.Factory.StartNew(() => Pack([.. trees.Zip(beside)], isSplit, target, token), token, TaskCreationOptions.LongRunning, TaskScheduler.Default),
            cancellation).ConfigureAwait(false);
        progress.Report("sending tarball", 0, 0, isComplete: true);
        return new Dictionary<string, string>();
    }

    private void Pack(IReadOnlyList<(ExportedTree Tree, IReadOnlyList<(string Name, byte[] Content)> Beside)> trees, bool isSplit, Stream target, CancellationToken cancellation)
    {
        using var sink = new SinkStream(target, cancellation);
        using var buffer = new BufferedStream(sink, 256 << 10);
        var tar = new TarWriter(buffer);
        foreach ((ExportedTree tree, IReadOnlyList<(string Name, byte[] Content)> beside) in trees.Where(t => t.Tree.Stack.Layers.Count > 0 || t.Beside.Count > 0))
        {
            byte[] prefix = isSplit ? Encoding.UTF8.GetBytes(PlatformFolders.NameOf(tree) + "/") : [];
            if (isSplit)
            {
                tar.WriteHeader(new TarHeader { Type = TarEntryType.Directory, Name = prefix, Mode = FolderMode });
            }

            if (tree.Stack.Layers.Count > 0)
            {
                using FileDescriptor root = DetachedOverlay.Open("/", tree.Stack.Directories, null, null, mountPoint);
                new TreePacker(tar, tree.Epoch is { } epoch ? new TreePackerOptions { Date = _ => epoch.ToUnixTimeSeconds() } : TreePackerOptions.Plain, cancellation).PackContent(root, prefix);
            }

            // Behind the tree's own: of two entries with one name, the last one counts.
            foreach ((string name, byte[] content) in beside)
            {
                tar.WriteHeader(new TarHeader
                {
                    Type = TarEntryType.File,
                    Name = [.. prefix, .. Encoding.UTF8.GetBytes(name)],
                    Mode = FileMode,
                    Size = content.Length,
                    Modified = (tree.Epoch ?? DateTimeOffset.UtcNow).ToUnixTimeSeconds(),
                });
                tar.Write(content);
            }
        }

        tar.Finish();
        buffer.Flush();
    }
}

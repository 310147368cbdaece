using Quai.Build.Jobs;
using Quai.Build.Sessions;
using Quai.Build.Solving;
using Quai.Build.Trees;
using Quai.Build.Trees.Sent;
using Quai.BuildTransfer;
using Quai.Errors;

namespace Quai.Build.Exporting;

/// <summary>Gives the client the files of the result: those for several platforms in a folder each.</summary>
internal sealed class LocalExporter : IExporter
{
    /// <inheritdoc/>
    public IReadOnlyList<string> Types { get; } = ["local"];

    /// <inheritdoc/>
    public string Title => "exporting to client directory";

    /// <inheritdoc/>
    public async Task<IReadOnlyDictionary<string, string>> RunAsync(
        IReadOnlyList<ExportedTree> trees, ExportRequest request, IBuildSession? session, IStepProgress progress, CancellationToken cancellation)
    {
        if (session is null)
        {
            throw QuaiException.Invalid("no session of a client takes the files");
        }

        // One transfer for all: what is not in it, a client may take for removed.
        bool isSplit = PlatformFolders.IsSplit(trees, request.Attributes);
        ISentTree tree;
        if (isSplit)
        {
            List<(string, ISentTree)> folders = [];
            foreach (ExportedTree one in trees)
            {
                folders.Add((PlatformFolders.NameOf(one), await SentAsync(one, PlatformFolders.NameOf(one), request, cancellation).ConfigureAwait(false)));
            }

            tree = new SplitTree(folders);
        }
        else
        {
            List<(string, ISentTree)> together = [];
            foreach (ExportedTree one in trees)
            {
                together.Add((one.Platform.ToString(), await SentAsync(one, "", request, cancellation, trees.Count > 1).ConfigureAwait(false)));
            }

            tree = together is [var (_, only)] ? only : new JoinedTree(together);
        }

        await session.SendTreeAsync(request.Index, tree, cancellation).ConfigureAwait(false);
        progress.Report(isSplit ? $"copying files {string.Join(", ", trees.Select(t => t.Platform))}" : "copying files", 0, 0, isComplete: true);
        return new Dictionary<string, string>();
    }

    private static async Task<ISentTree> SentAsync(ExportedTree tree, string folder, ExportRequest request, CancellationToken cancellation, bool isJoined = false)
    {
        var files = new SentTree(new MergedTree(tree.Stack), folder, tree.Epoch);
        IReadOnlyList<(string Name, byte[] Content)> beside = await AttestationFiles.WriteAsync(tree, request, isJoined, cancellation).ConfigureAwait(false);
        return beside.Count == 0 ? files : new AttestedTree(files, folder, beside, tree.Epoch ?? DateTimeOffset.UtcNow);
    }
}

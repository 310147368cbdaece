using Quai.Build.Jobs;
using Quai.Build.Sessions;
using Quai.Build.Solving;
using Quai.Build.Trees;
using Quai.Errors;

namespace Quai.Build.Exporting;

/// <summary>Gives the client the files of the result.</summary>
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

        bool split = trees.Count > 1;
        foreach (ExportedTree tree in trees)
        {
            string prefix = split ? tree.Key.Replace('/', '_') : "";
            await session.SendTreeAsync(request.Index, new SentTree(new MergedTree(tree.Stack), prefix), cancellation).ConfigureAwait(false);
            progress.Report(split ? $"copying files {tree.Key}" : "copying files", 0, 0, isComplete: true);
        }

        return new Dictionary<string, string>();
    }
}

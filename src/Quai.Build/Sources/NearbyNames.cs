using Quai.Build.Graphs;
using Quai.Build.Sessions;
using Quai.Build.Steps.Files;
using Quai.Build.Trees;
using Quai.BuildTransfer;
using Quai.Dockerfiles.Instructions.Reading;
using Quai.Errors;

namespace Quai.Build.Sources;

/// <summary>
/// Names of files of a client's directory that are like one which is missing. Of a context only what its steps take is sent, so nothing is known here of what else there is: the client is asked.
/// </summary>
/// <param name="sessions">The clients.</param>
internal sealed class NearbyNames(IBuildSessions sessions)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    /// <summary>An error of a step with the name in it that may have been meant, if it is about a missing file of a client's directory; otherwise the error as it is.</summary>
    /// <param name="vertex">The step.</param>
    /// <param name="error">Its error.</param>
    /// <param name="session">The client's session; null for none.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<Exception> ExplainAsync(Vertex vertex, Exception error, IBuildSession? session, CancellationToken cancellation)
    {
        // Of two directories it is not known which one is meant.
        if (error is not MissingFileException { HasSuggestion: false } missing
            || vertex.Inputs.Select(i => i.Vertex).Where(v => v.Op.Source?.Identifier.StartsWith(SourceSchemes.Local, StringComparison.Ordinal) == true).ToArray() is not [var source])
        {
            return error;
        }

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(s_patience);
        try
        {
            string message = Suggestion.Append(missing.Message, missing.Path, await FindAsync(source, MergedTree.Parent(missing.Path), session, patience.Token).ConfigureAwait(false));
            return message == missing.Message ? error : new MissingFileException(missing.Path, message) { HasSuggestion = true };
        }
        catch (Exception e) when (e is QuaiException or OperationCanceledException or IOException)
        {
            // It is but a hint.
            return error;
        }
    }

    private async Task<IReadOnlyList<string>> FindAsync(Vertex source, string folder, IBuildSession? session, CancellationToken cancellation)
    {
        session = await LocalSource.OwnerAsync(source, session, sessions, cancellation).ConfigureAwait(false);
        var names = new Names(folder);
        var request = new ContextRequest(source.Op.Source.Identifier[SourceSchemes.Local.Length..])
        {
            Include = [folder == "/" ? "*" : folder[1..] + "/*"],
            Exclude = LocalSource.List(source.Op.Source.Attrs, "local.excludepatterns"),
        };
        await (session?.SyncAsync(request, names, cancellation) ?? Task.CompletedTask).ConfigureAwait(false);
        return names.Found;
    }

    /// <summary>Takes the names of what is in a folder, and no contents.</summary>
    private sealed class Names(string folder) : IContextUpdate
    {
        private const int Most = 10_000;

        public List<string> Found { get; } = [];

        public bool Take(ContextEntry entry)
        {
            string path = "/" + entry.Path;
            if (Found.Count < Most && MergedTree.Parent(path) == folder)
            {
                Found.Add(path);
            }

            return false;
        }

        public Stream Open(int index) => throw new InvalidOperationException("no content was asked for");
    }
}

using System.Text.Json;
using Quai.Build.Attestations.Provenance;
using Quai.Build.Contexts;
using Quai.Build.Graphs;
using Quai.Build.Sessions;
using Quai.Build.Solving;
using Quai.Errors;

namespace Quai.Build.Sources;

/// <summary>A directory of the client: <c>local://NAME</c>.</summary>
internal sealed class LocalSource(ContextStore contexts, IBuildSessions sessions) : ISourceKind
{
    /// <inheritdoc/>
    public IReadOnlyList<string> Schemes { get; } = ["local"];

    /// <inheritdoc/>
    public async Task<SourceState> ResolveAsync(Vertex vertex, string rest, IBuildSession? session, IStepProgress progress, CancellationToken cancellation)
    {
        IDictionary<string, string> attributes = vertex.Op.Source.Attrs;
        session = await OwnerAsync(vertex, session, sessions, cancellation).ConfigureAwait(false) ?? throw QuaiException.Invalid($"no session of a client has the directory {rest}");

        var request = new ContextRequest(rest)
        {
            Include = List(attributes, "local.includepattern"),
            Exclude = List(attributes, "local.excludepatterns"),
            Follow = List(attributes, "local.followpaths"),
        };
        attributes.TryGetValue("local.sharedkeyhint", out string? hint);
        StoredContext context = await contexts.SyncAsync(session, request, hint ?? "", cancellation).ConfigureAwait(false);
        progress.Report($"transferring {rest}:", context.Received, 0, isComplete: true);
        return new SourceState("context:" + context.Digest, _ => Task.FromResult(context.Stack)) { Changes = context.Changes, Material = new MaterialSource.OfDirectory(rest) };
    }

    /// <summary>The session of the client whose directory a source is: the one that it names, else the build's.</summary>
    internal static async Task<IBuildSession?> OwnerAsync(Vertex vertex, IBuildSession? session, IBuildSessions sessions, CancellationToken cancellation) =>
        vertex.Op.Source.Attrs.TryGetValue("local.session", out string? id) && id.Length > 0 && id != session?.Id ? await sessions.GetAsync(id, cancellation).ConfigureAwait(false) : session;

    /// <summary>The list that an attribute of a source is; empty where it is not there.</summary>
    internal static List<string> List(IDictionary<string, string> attributes, string name)
    {
        if (!attributes.TryGetValue(name, out string? json) || json.Length == 0)
        {
            return [];
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            return [.. document.RootElement.EnumerateArray().Select(e => e.GetString() ?? "")];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw QuaiException.Invalid($"the attribute {name} of a source is no list: {e.Message}", e);
        }
    }
}

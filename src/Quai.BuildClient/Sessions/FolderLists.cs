using System.Collections.Concurrent;
using Grpc.Core;
using Quai.BuildClient.Files;
using Quai.BuildProtocol.Folders;
using Quai.BuildTransfer;

namespace Quai.BuildClient.Sessions;

/// <summary>Says whether folders are as the builder knows them. Where one is not, its list is kept for the request that follows.</summary>
/// <param name="folders">The folders by the names that the builder knows.</param>
internal sealed class FolderLists(IReadOnlyDictionary<string, string> folders) : Folders.FoldersBase
{
    private readonly ConcurrentDictionary<string, ISentTree> _listed = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public override Task<CompareResponse> Compare(CompareRequest request, ServerCallContext context)
    {
        string folder = folders.TryGetValue(request.Name, out string? known) ? known : throw new RpcException(new Status(StatusCode.NotFound, $"no access allowed to dir \"{request.Name}\""));
        var tree = new LocalTree(folder, request.Include, request.Exclude, request.Follow);
        List<ContextEntry> entries = [.. tree.Entries()];
        bool same = TreeListing.Of(entries).AsSpan().SequenceEqual(request.Listing.Span);
        if (!same)
        {
            _listed[Key(request.Name, request.Include, request.Exclude, request.Follow)] = new ListedTree(tree, entries);
        }

        return Task.FromResult(new CompareResponse { Same = same });
    }

    /// <summary>Takes the list that was made just now; null for none.</summary>
    public ISentTree? Take(string name, IEnumerable<string> include, IEnumerable<string> exclude, IEnumerable<string> follow) =>
        _listed.TryRemove(Key(name, include, exclude, follow), out ISentTree? tree) ? tree : null;

    private static string Key(string name, IEnumerable<string> include, IEnumerable<string> exclude, IEnumerable<string> follow) =>
        string.Join('\0', [name, .. include, "\u0001", .. exclude, "\u0001", .. follow]);
}

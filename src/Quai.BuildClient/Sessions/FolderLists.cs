using Google.Protobuf;
using Grpc.Core;
using Quai.BuildClient.Files;
using Quai.BuildProtocol.Folders;
using Quai.BuildTransfer;

namespace Quai.BuildClient.Sessions;

/// <summary>Says whether folders are as the builder knows them.</summary>
/// <param name="folders">The folders by the names that the builder knows.</param>
internal sealed class FolderLists(IReadOnlyDictionary<string, string> folders) : Folders.FoldersBase
{
    /// <inheritdoc/>
    public override Task<CompareResponse> Compare(CompareRequest request, ServerCallContext context)
    {
        string folder = folders.TryGetValue(request.Name, out string? known) ? known : throw new RpcException(new Status(StatusCode.NotFound, $"no access allowed to dir \"{request.Name}\""));

        // Without extended attributes, which are dear to read: what changes one changes the time, too.
        byte[] listing = TreeListing.Of(new LocalTree(folder, request.Include, request.Exclude, request.Follow) { HasAttributes = false }.Entries());
        return Task.FromResult(new CompareResponse { Same = listing.AsSpan().SequenceEqual(request.Listing.Span), Listing = ByteString.CopyFrom(listing) });
    }
}

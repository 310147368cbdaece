using Quai.Build.Trees;
using Quai.Build.Trees.Sent;
using Quai.BuildTransfer;
using Quai.Dockerfiles.Ignoring;
using Quai.Errors;
using Quai.Linux;
using Quai.Registry;

namespace Quai.Build.Sessions;

/// <summary>A client that has given all its files at once, as an archive that lies in a folder of this machine now, and that answers nothing while the build runs.</summary>
/// <param name="id">An id for it.</param>
/// <param name="folder">The folder; nobody changes it any more.</param>
/// <param name="credentials">Credentials by registries.</param>
public sealed class FolderSession(string id, string folder, IReadOnlyDictionary<string, RegistryAuth> credentials) : IBuildSession
{
    private const int Piece = 256 << 10;

    /// <inheritdoc/>
    public string Id => id;

    /// <inheritdoc/>
    public string SharedKey => "";

    /// <inheritdoc/>
    public Task<(bool IsSame, byte[] Listing)> CompareAsync(ContextRequest request, byte[] listing, CancellationToken cancellation) => Task.FromResult((false, Array.Empty<byte>()));

    /// <inheritdoc/>
    public async Task SyncAsync(ContextRequest request, IContextUpdate update, CancellationToken cancellation)
    {
        var exclude = new IgnoreRules(request.Exclude);
        var tree = new SentTree(new MergedTree([folder]), "");
        byte[] piece = new byte[Piece];
        int index = 0;
        string? left = null;
        foreach (ContextEntry entry in tree.Entries())
        {
            cancellation.ThrowIfCancellationRequested();
            if (left is not null && entry.Path.StartsWith(left, StringComparison.Ordinal))
            {
                continue;
            }

            if (exclude.Ignores(entry.Path) && !(entry.Kind == ContextEntryKind.Directory && exclude.HasExceptions))
            {
                left = entry.Kind == ContextEntryKind.Directory ? entry.Path + "/" : left;
                continue;
            }

            if (update.Take(entry))
            {
                await using Stream source = tree.Open(entry.Path);
                await using Stream target = update.Open(index);
                int count;
                while ((count = await source.ReadAsync(piece, cancellation).ConfigureAwait(false)) > 0)
                {
                    await target.WriteAsync(piece.AsMemory(0, count), cancellation).ConfigureAwait(false);
                }

                await target.FlushAsync(cancellation).ConfigureAwait(false);
            }

            index++;
        }
    }

    /// <inheritdoc/>
    public Task<RegistryAuth?> CredentialsAsync(string host, CancellationToken cancellation) => Task.FromResult(credentials.GetValueOrDefault(host));

    /// <inheritdoc/>
    public Task<byte[]?> SecretAsync(string id, CancellationToken cancellation) => Task.FromResult<byte[]?>(null);

    /// <inheritdoc/>
    public Task<bool> HasAgentAsync(string id, CancellationToken cancellation) => Task.FromResult(false);

    /// <inheritdoc/>
    public IClientContent OpenContent(string store) => throw Silent();

    /// <inheritdoc/>
    public Task SendTreeAsync(int exporter, ISentTree tree, CancellationToken cancellation) => throw Silent();

    /// <inheritdoc/>
    public Task<Stream> SendFileAsync(int exporter, IReadOnlyDictionary<string, string> attributes, CancellationToken cancellation) => throw Silent();

    /// <inheritdoc/>
    public Task<Stream> ReceiveUploadAsync(string id, CancellationToken cancellation) => throw Silent();

    /// <inheritdoc/>
    public Task<Stream> ConnectAgentAsync(string id, CancellationToken cancellation) => throw Silent();

    private static QuaiException Silent() => QuaiException.Invalid("the client of this build has no session: use BuildKit's protocol, as docker buildx does");
}

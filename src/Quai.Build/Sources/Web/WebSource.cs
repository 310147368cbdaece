using System.Net.Http.Headers;
using Quai.Build.Attestations.Provenance;
using Quai.Build.Graphs;
using Quai.Build.Layers;
using Quai.Build.Sessions;
using Quai.Build.Solving;
using Quai.Errors;
using Quai.Oci.Images;

namespace Quai.Build.Sources.Web;

/// <summary>A file of a server: <c>https://…</c>, or what the client uploads under such an address. A file that is the same there as here is not brought again.</summary>
internal sealed class WebSource(WebClient client, LayerStore layers, KeptLayers kept) : ISourceKind, IDisposable
{
    private readonly Turns _turns = new();

    /// <inheritdoc/>
    public IReadOnlyList<string> Schemes { get; } = ["http", "https"];

    /// <inheritdoc/>
    public async Task<SourceState> ResolveAsync(Vertex vertex, string rest, IBuildSession? session, IStepProgress progress, CancellationToken cancellation)
    {
        WebAddress address = WebAddress.Read(vertex.Op.Source);
        if (address.Upload is { } upload)
        {
            return await UploadAsync(address, upload, session, progress, cancellation).ConfigureAwait(false);
        }

        if (address.Checksum is { } checksum)
        {
            // What it is, is known without asking the server.
            string name = address.NameOf(null);
            bool isHere = FindKept(address) is { } here && here.Notes.Digest == checksum.ToString();
            return new SourceState(
                Identity(address, new WebNotes(checksum.ToString(), name, "", 0)),
                async token => (await _turns.RunAsync(address.Key, () => BringAsync(address, session, progress, token), token).ConfigureAwait(false)).Stack) { IsCached = isHere, Material = MaterialOf(address, checksum) };
        }

        (LayerStack stack, WebNotes notes, bool wasHere) = await _turns.RunAsync(address.Key, () => BringAsync(address, session, progress, cancellation), cancellation).ConfigureAwait(false);
        return new SourceState(Identity(address, notes), _ => Task.FromResult(stack)) { IsCached = wasHere, Material = MaterialOf(address, Digest.Parse(notes.Digest)) };
    }

    /// <inheritdoc/>
    public void Dispose() => client.Dispose();

    private async Task<(LayerStack Stack, WebNotes Notes, bool WasHere)> BringAsync(WebAddress address, IBuildSession? session, IStepProgress progress, CancellationToken cancellation)
    {
        (LayerStack Stack, WebNotes Notes)? before = FindKept(address);
        if (before is { } same && address.Checksum is { } wanted && same.Notes.Digest == wanted.ToString())
        {
            return (same.Stack, same.Notes, true);
        }

        using HttpResponseMessage? response = await client.GetAsync(address, address.Checksum is null ? before?.Notes.Tag ?? "" : "", session, cancellation).ConfigureAwait(false);
        if (response is null)
        {
            return (before!.Value.Stack, before.Value.Notes, true);
        }

        HttpContentHeaders headers = response.Content.Headers;
        long modifiedAt = headers.LastModified?.ToUnixTimeSeconds() ?? 0;
        string name = address.NameOf(address.Checksum is null ? headers.ContentDisposition?.FileNameStar ?? headers.ContentDisposition?.FileName : null);
        await using WritableLayer layer = await layers.BeginAsync(LayerStack.Empty, cancellation).ConfigureAwait(false);
        Digest digest;
        try
        {
            await using Stream content = await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
            digest = await WebFile.StoreAsync(layer, content, address, name, modifiedAt, headers.ContentLength ?? 0, progress, cancellation).ConfigureAwait(false);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw new QuaiException(ErrorKind.Unavailable, $"failed to load {WebClient.Shown(address.Url)}: {e.Message}", e);
        }

        if (address.Checksum is { } checksum && digest != checksum)
        {
            throw QuaiException.Invalid($"digest mismatch for {WebClient.Shown(address.Url)}: {digest} (expected: {checksum})");
        }

        var notes = new WebNotes(digest.ToString(), name, response.Headers.ETag?.ToString() ?? "", modifiedAt);
        bool isSame = before is { } old && (old.Notes with { Tag = "" }) == (notes with { Tag = "" });
        LayerStack stack = isSame ? before!.Value.Stack : await layer.SealAsync(cancellation).ConfigureAwait(false);
        await kept.KeepAsync(address.Key, stack, notes.Write(), cancellation).ConfigureAwait(false);
        return (stack, notes, isSame);
    }

    private async Task<SourceState> UploadAsync(WebAddress address, string id, IBuildSession? session, IStepProgress progress, CancellationToken cancellation)
    {
        if (session is null)
        {
            throw QuaiException.Invalid("no session of a client has the upload");
        }

        await using Stream content = await session.ReceiveUploadAsync(id, cancellation).ConfigureAwait(false);
        await using WritableLayer layer = await layers.BeginAsync(LayerStack.Empty, cancellation).ConfigureAwait(false);
        string name = address.NameOf(null);
        Digest digest = await WebFile.StoreAsync(layer, content, address, name, 0, 0, progress, cancellation).ConfigureAwait(false);
        if (address.Checksum is { } checksum && digest != checksum)
        {
            throw QuaiException.Invalid($"digest mismatch for the upload {id}: {digest} (expected: {checksum})");
        }

        LayerStack stack = await layer.SealAsync(cancellation).ConfigureAwait(false);
        return new SourceState(Identity(address, new WebNotes(digest.ToString(), name, "", 0)), _ => Task.FromResult(stack));
    }

    private (LayerStack Stack, WebNotes Notes)? FindKept(WebAddress address) =>
        kept.Find(address.Key) is (var stack, var bytes) && WebNotes.Read(bytes) is { } notes ? (stack, notes) : null;

    private static MaterialSource.OfFile MaterialOf(WebAddress address, Digest digest) => new(SafeAddress.Of(address.Url.AbsoluteUri), digest);

    private static string Identity(WebAddress address, WebNotes notes) => $"http:{notes.Digest} {address.Mode} {address.Uid} {address.Gid} {notes.ModifiedAt} {notes.Name}";
}

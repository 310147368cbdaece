using System.Security.Cryptography;
using System.Text;
using Quai.Build.Layers;
using Quai.Build.Sessions;

namespace Quai.Build.Contexts;

/// <summary>
/// The contexts that clients have sent, each as a layer that never changes. A context that comes again shares the files that are the same with the one before, so that
/// only what changed is sent, written and digested.
/// </summary>
internal sealed class ContextStore(LayerStore layers, KeptLayers kept)
{
    private const int Remembered = 8;

    private readonly Turns _turns = new();
    private readonly Lock _lock = new();
    private readonly LinkedList<(string Layer, ContextManifest Manifest)> _recent = [];

    /// <summary>Has a client send a context, and returns it as it is here then.</summary>
    public Task<StoredContext> SyncAsync(IBuildSession session, ContextRequest request, string hint, CancellationToken cancellation)
    {
        string key = KeyOf(session, request, hint);
        return _turns.RunAsync(key, () => SyncAsync(key, session, request, cancellation), cancellation);
    }

    private async Task<StoredContext> SyncAsync(string key, IBuildSession session, ContextRequest request, CancellationToken cancellation)
    {
        (LayerStack Stack, ContextManifest Manifest)? before = Find(key);
        await using WritableLayer layer = await layers.BeginAsync(LayerStack.Empty, cancellation).ConfigureAwait(false);
        using var update = new ContextUpdate(before?.Manifest, before?.Stack.Layers[0].Directory, layer.Directory);
        await session.SyncAsync(request, update, cancellation).ConfigureAwait(false);
        ContextManifest manifest = update.Complete();
        if (!update.IsNew && before is { } same)
        {
            return new StoredContext(same.Stack, same.Manifest.Digest(), 0);
        }

        LayerStack stack = await layer.SealAsync(cancellation).ConfigureAwait(false);
        await kept.KeepAsync(key, stack, manifest.Write(), cancellation).ConfigureAwait(false);
        Remember(stack.Layers[0].Id, manifest);
        return new StoredContext(stack, manifest.Digest(), update.Received) { Changes = () => before is { } earlier ? manifest.ChangesSince(earlier.Manifest) : [] };
    }

    /// <summary>The digest of a file's content, if the tree is a context that came and the file is in it; null otherwise.</summary>
    public byte[]? DigestOf(LayerStack stack, string path)
    {
        if (stack.Layers is not [var only])
        {
            return null;
        }

        ContextManifest? manifest = null;
        lock (_lock)
        {
            for (LinkedListNode<(string Layer, ContextManifest Manifest)>? node = _recent.First; node is not null; node = node.Next)
            {
                if (node.Value.Layer == only.Id)
                {
                    manifest = node.Value.Manifest;
                    break;
                }
            }
        }

        return manifest?.Find(path.TrimStart('/')) is { Digest: { Length: > 0 } digest } ? digest : null;
    }

    private (LayerStack Stack, ContextManifest Manifest)? Find(string key)
    {
        if (kept.Find(key) is not (var stack, var notes) || ContextManifest.Read(notes) is not { } manifest)
        {
            return null;
        }

        Remember(stack.Layers[0].Id, manifest);
        return (stack, manifest);
    }

    private void Remember(string layer, ContextManifest manifest)
    {
        lock (_lock)
        {
            _recent.AddFirst((layer, manifest));
            if (_recent.Count > Remembered)
            {
                _recent.RemoveLast();
            }
        }
    }

    private static string KeyOf(IBuildSession session, ContextRequest request, string hint)
    {
        string text = string.Join('\0', [session.SharedKey, hint, request.Name, .. request.Include, "\u0001", .. request.Exclude, "\u0001", .. request.Follow]);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
    }
}

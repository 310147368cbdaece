using System.Collections.Concurrent;
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
    private const int Remembered = 8, MostListings = 1000;

    private readonly Turns _turns = new();
    private readonly Lock _lock = new();

    // What clients said of their directories last. It is not kept: a daemon that starts asks for the lists once.
    private readonly ConcurrentDictionary<string, (byte[] Listing, string Layer)> _listings = new(StringComparer.Ordinal);
    private readonly LinkedList<(string Layer, ContextManifest Manifest)> _recent = [];

    /// <summary>Has a client send a context, and returns it as it is here then.</summary>
    public Task<StoredContext> SyncAsync(IBuildSession session, ContextRequest request, string hint, CancellationToken cancellation)
    {
        string key = KeyOf(session, request, hint);
        return _turns.RunAsync(key, () => SyncAsync(key, session, request, cancellation), cancellation);
    }

    private async Task<StoredContext> SyncAsync(string key, IBuildSession session, ContextRequest request, CancellationToken cancellation)
    {
        _listings.TryGetValue(key, out (byte[] Listing, string Layer) known);
        (bool isSame, byte[] listing) = await session.CompareAsync(request, known.Listing ?? [], cancellation).ConfigureAwait(false);
        if (isSame && Find(key) is (var same, var list) && same.Layers[0].Id == known.Layer)
        {
            return new StoredContext(same, list.Digest, 0);
        }

        (LayerStack Stack, ContextManifest Manifest)? before = Find(key);
        await using WritableLayer layer = await layers.BeginAsync(LayerStack.Empty, cancellation).ConfigureAwait(false);
        using var update = new ContextUpdate(before?.Manifest, before?.Stack.Layers[0].Directory, layer.Directory);
        await session.SyncAsync(request, update, cancellation).ConfigureAwait(false);
        ContextManifest manifest = update.Complete();
        if (!update.IsNew && before is { } unchanged)
        {
            Know(key, listing, unchanged.Stack);
            return new StoredContext(unchanged.Stack, unchanged.Manifest.Digest, 0);
        }

        LayerStack stack = await layer.SealAsync(cancellation).ConfigureAwait(false);
        await kept.KeepAsync(key, stack, manifest.Write(), cancellation).ConfigureAwait(false);
        Remember(stack.Layers[0].Id, manifest);
        Know(key, listing, stack);
        return new StoredContext(stack, manifest.Digest, update.Received) { Changes = () => before is { } earlier ? manifest.ChangesSince(earlier.Manifest) : [] };
    }

    /// <summary>The digest of a file's content, if the tree is a context that came and the file is in it; null otherwise.</summary>
    public byte[]? DigestOf(LayerStack stack, string path)
    {
        if (stack.Layers is not [var only])
        {
            return null;
        }

        return Recent(only.Id)?.Find(path.TrimStart('/')) is { Digest: { Length: > 0 } digest } ? digest : null;
    }

    /// <summary>Gives up what it holds in memory only to be fast: lists of contexts, which can be read again.</summary>
    public void Forget()
    {
        lock (_lock)
        {
            _recent.Clear();
        }
    }

    private void Know(string key, byte[] listing, LayerStack stack)
    {
        if (listing.Length == 0)
        {
            _listings.TryRemove(key, out _);
            return;
        }

        if (_listings.Count >= MostListings)
        {
            _listings.Clear();
        }

        _listings[key] = (listing, stack.Layers[0].Id);
    }

    private ContextManifest? Recent(string layer)
    {
        lock (_lock)
        {
            for (LinkedListNode<(string Layer, ContextManifest Manifest)>? node = _recent.First; node is not null; node = node.Next)
            {
                if (node.Value.Layer == layer)
                {
                    return node.Value.Manifest;
                }
            }
        }

        return null;
    }

    private (LayerStack Stack, ContextManifest Manifest)? Find(string key)
    {
        if (kept.FindStack(key) is { } here && Recent(here.Layers[0].Id) is { } recent)
        {
            return (here, recent);
        }

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

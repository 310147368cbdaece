using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Data.Sqlite;
using Quai.Build.Layers;
using Quai.Build.Sessions;
using Quai.Metadata;

namespace Quai.Build.Contexts;

/// <summary>
/// The contexts that clients have sent, each as a layer that never changes. A context that comes again shares the files that are the same with the one before, so that
/// only what changed is sent, written and digested.
/// </summary>
internal sealed class ContextStore(LayerStore layers, MetadataDatabase database)
{
    private const int Remembered = 8;

    private readonly ConcurrentDictionary<string, SemaphoreSlim> _turns = new();
    private readonly Lock _lock = new();
    private readonly LinkedList<(string Layer, ContextManifest Manifest)> _recent = [];

    /// <summary>Has a client send a context, and returns it as it is here then.</summary>
    public async Task<StoredContext> SyncAsync(IBuildSession session, ContextRequest request, string hint, CancellationToken cancellation)
    {
        string key = KeyOf(session, request, hint);
        SemaphoreSlim turn = _turns.GetOrAdd(key, _ => new SemaphoreSlim(1, 1));
        await turn.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            (BuildLayer Layer, ContextManifest Manifest)? before = Find(key);
            await using WritableLayer layer = await layers.BeginAsync(LayerStack.Empty, cancellation).ConfigureAwait(false);
            using var update = new ContextUpdate(before?.Manifest, before?.Layer.Directory, layer.Directory);
            await session.SyncAsync(request, update, cancellation).ConfigureAwait(false);
            ContextManifest manifest = update.Complete();
            if (!update.IsNew && before is { } same)
            {
                return new StoredContext(new LayerStack([same.Layer]), same.Manifest.Digest(), 0);
            }

            LayerStack stack = await layer.SealAsync(cancellation).ConfigureAwait(false);
            string id = stack.Layers[^1].Id;
            byte[] bytes = manifest.Write();
            await database.WriteAsync(
                c => c.Run(
                    "INSERT INTO build_contexts(key, layer, manifest) VALUES ($k, $l, $m) ON CONFLICT(key) DO UPDATE SET layer=$l, manifest=$m", ("$k", key), ("$l", id), ("$m", bytes)),
                cancellation).ConfigureAwait(false);
            Remember(id, manifest);
            return new StoredContext(stack, manifest.Digest(), update.Received);
        }
        finally
        {
            turn.Release();
        }
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

    private (BuildLayer Layer, ContextManifest Manifest)? Find(string key)
    {
        List<(string Layer, byte[] Manifest)> rows = database.Read(c => c.Rows("SELECT layer, manifest FROM build_contexts WHERE key=$k", r => (r.GetString(0), (byte[])r.GetValue(1)), ("$k", key)));
        if (rows is not [var (id, bytes)] || ContextManifest.Read(bytes) is not { } manifest || layers.TryGet(id) is not { } layer)
        {
            return null;
        }

        Remember(id, manifest);
        return (layer, manifest);
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

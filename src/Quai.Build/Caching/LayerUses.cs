using Quai.Build.Layers;

namespace Quai.Build.Caching;

/// <summary>The layers that builds in progress use: they are not removed. Only in memory, since a restart ends every build.</summary>
internal sealed class LayerUses
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, int> _held = [];

    /// <summary>Whether a build uses a layer.</summary>
    public bool Holds(string layer)
    {
        lock (_lock)
        {
            return _held.ContainsKey(layer);
        }
    }

    /// <summary>One build's hold on layers, until disposed.</summary>
    public Use Begin() => new(this);

    /// <summary>What one build uses.</summary>
    public sealed class Use(LayerUses uses) : IDisposable
    {
        private readonly HashSet<string> _mine = [];

        /// <summary>Keeps the layers of a tree.</summary>
        public void Hold(LayerStack stack)
        {
            lock (uses._lock)
            {
                foreach (BuildLayer layer in stack.Layers.Where(l => _mine.Add(l.Id)))
                {
                    uses._held[layer.Id] = uses._held.GetValueOrDefault(layer.Id) + 1;
                }
            }
        }

        /// <inheritdoc/>
        public void Dispose()
        {
            lock (uses._lock)
            {
                foreach (string layer in _mine)
                {
                    if (--uses._held[layer] == 0)
                    {
                        uses._held.Remove(layer);
                    }
                }

                _mine.Clear();
            }
        }
    }
}

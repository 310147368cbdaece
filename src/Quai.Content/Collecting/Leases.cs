namespace Quai.Content.Collecting;

/// <summary>What operations in progress hold: blobs and layers that nobody owns yet. Only in memory, since a restart ends every operation.</summary>
public sealed class Leases
{
    private readonly Dictionary<string, int> _held = [];
    private readonly HashSet<string> _deferred = [];

    /// <summary>Called when something is released that only its lease kept from a collection: time for another one.</summary>
    internal Action? Deferred { get; set; }

    /// <summary>Starts an empty lease.</summary>
    public Lease Begin() => new(this);

    /// <summary>Whether any lease holds the digest or chain id. Called by a collection, which would otherwise remove it.</summary>
    public bool Holds(string id)
    {
        lock (_held)
        {
            bool held = _held.ContainsKey(id);
            if (held)
            {
                _deferred.Add(id);
            }

            return held;
        }
    }

    internal void Add(string id)
    {
        lock (_held)
        {
            _held[id] = _held.GetValueOrDefault(id) + 1;
        }
    }

    internal void Release(IEnumerable<string> ids)
    {
        bool deferred = false;
        lock (_held)
        {
            foreach (string id in ids)
            {
                if (--_held[id] == 0)
                {
                    _held.Remove(id);
                    deferred |= _deferred.Remove(id);
                }
            }
        }

        if (deferred)
        {
            Deferred?.Invoke();
        }
    }
}

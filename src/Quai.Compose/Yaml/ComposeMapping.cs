namespace Quai.Compose.Yaml;

/// <summary>A mapping, in the order of the file.</summary>
public sealed class ComposeMapping : ComposeNode
{
    private readonly OrderedDictionary<string, ComposeNode> _entries = [];
    private readonly Dictionary<string, ComposePlace?> _keyPlaces = [];

    internal ComposeMapping()
    {
    }

    internal ComposeMapping(params IEnumerable<(string Key, ComposeNode Value)> entries)
    {
        foreach ((string key, ComposeNode value) in entries)
        {
            _entries[key] = value;
        }
    }

    /// <summary>Its entries.</summary>
    public IReadOnlyDictionary<string, ComposeNode> Entries => _entries;

    /// <summary>How many entries there are.</summary>
    internal int Count => _entries.Count;

    /// <summary>The keys, in a list of their own, so that entries can be changed meanwhile.</summary>
    internal List<string> Keys => [.. _entries.Keys];

    /// <summary>An entry's value; null where there is none. Setting null removes the entry.</summary>
    internal ComposeNode? this[string key]
    {
        get => _entries.GetValueOrDefault(key);
        set
        {
            if (value is null)
            {
                _entries.Remove(key);
            }
            else
            {
                _entries[key] = value;
            }
        }
    }

    /// <summary>Whether there is an entry.</summary>
    internal bool Has(string key) => _entries.ContainsKey(key);

    /// <summary>Removes an entry.</summary>
    internal void Remove(string key) => _entries.Remove(key);

    /// <summary>Where a key is written; else where the mapping is.</summary>
    internal ComposePlace? PlaceOf(string key) => _keyPlaces.GetValueOrDefault(key) ?? _entries.GetValueOrDefault(key)?.Place ?? Place;

    /// <summary>Sets an entry and where its key is written.</summary>
    internal void Set(string key, ComposeNode value, ComposePlace? place)
    {
        _entries[key] = value;
        _keyPlaces[key] = place;
    }

    /// <inheritdoc/>
    internal override ComposeNode Copy()
    {
        ComposeMapping copy = new() { Place = Place };
        foreach ((string key, ComposeNode value) in _entries)
        {
            copy.Set(key, value.Copy(), _keyPlaces.GetValueOrDefault(key));
        }

        return copy;
    }

    /// <inheritdoc/>
    internal override bool SameAs(ComposeNode other) =>
        other is ComposeMapping mapping && mapping.Count == Count && _entries.All(entry => mapping[entry.Key] is { } value && entry.Value.SameAs(value));
}

namespace Quai.Frontend.Stages;

/// <summary>Variables in the order in which they were first set.</summary>
internal sealed class Variables
{
    private readonly List<string> _names = [];
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    /// <summary>Their names.</summary>
    public IReadOnlyList<string> Names => _names;

    /// <summary>A variable's value; null where it is not set.</summary>
    public string? Find(string name) => _values.GetValueOrDefault(name);

    /// <summary>Sets one.</summary>
    public void Set(string name, string value)
    {
        if (!_values.ContainsKey(name))
        {
            _names.Add(name);
        }

        _values[name] = value;
    }

    /// <summary>Sets those of others.</summary>
    public void SetAll(Variables others)
    {
        foreach (string name in others._names)
        {
            Set(name, others._values[name]);
        }
    }

    /// <summary>They as <c>NAME=value</c>.</summary>
    public IEnumerable<string> Pairs() => _names.Select(n => $"{n}={_values[n]}");
}

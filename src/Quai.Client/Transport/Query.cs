using System.Text;
using System.Text.Json;
using Quai.Api;

namespace Quai.Client.Transport;

/// <summary>A path with its query, built piece by piece.</summary>
public sealed class Query(string path)
{
    private readonly StringBuilder _text = new(path);
    private bool _any;

    /// <summary>A path's segment with what is special in it escaped; slashes stay, as image names have them.</summary>
    public static string Segment(string name) => Uri.EscapeDataString(name).Replace("%2F", "/", StringComparison.Ordinal).Replace("%3A", ":", StringComparison.Ordinal);

    /// <summary>Adds <c>name=value</c>.</summary>
    public Query With(string name, string value)
    {
        _text.Append(_any ? '&' : '?').Append(name).Append('=').Append(Uri.EscapeDataString(value));
        _any = true;
        return this;
    }

    /// <summary>Adds <c>name=value</c> when the value is not empty.</summary>
    public Query WithText(string name, string value) => value.Length == 0 ? this : With(name, value);

    /// <summary>Adds <c>name=1</c> when so.</summary>
    public Query WithSwitch(string name, bool on) => on ? With(name, "1") : this;

    /// <summary>Adds filters as Docker wants them: a JSON object of sets.</summary>
    public Query WithFilters(IReadOnlyCollection<KeyValuePair<string, string>> filters)
    {
        if (filters.Count == 0)
        {
            return this;
        }

        Dictionary<string, Dictionary<string, bool>> sets = new(StringComparer.Ordinal);
        foreach ((string name, string value) in filters)
        {
            if (!sets.TryGetValue(name, out Dictionary<string, bool>? set))
            {
                sets[name] = set = new(StringComparer.Ordinal);
            }

            set[value] = true;
        }

        return With("filters", JsonSerializer.Serialize(sets, ApiJson.Default.DictionaryStringDictionaryStringBoolean));
    }

    /// <inheritdoc/>
    public override string ToString() => _text.ToString();
}

using System.Globalization;
using System.Text;
using System.Text.Json;
using Quai.Api;
using Quai.Api.Images;

namespace Quai.Client.Transport;

/// <summary>A path with its query, built piece by piece.</summary>
internal sealed class Query(string path)
{
    private readonly StringBuilder _text = new(path);
    private bool _any;

    /// <summary>A path segment with special characters escaped; slashes are kept, as in image names.</summary>
    public static string Segment(string name) => Uri.EscapeDataString(name).Replace("%2F", "/", StringComparison.Ordinal).Replace("%3A", ":", StringComparison.Ordinal);

    /// <summary>Adds <c>name=value</c>.</summary>
    public Query With(string name, string value)
    {
        _text.Append(_any ? '&' : '?').Append(name).Append('=').Append(Uri.EscapeDataString(value));
        _any = true;
        return this;
    }

    /// <summary>Adds <c>name=value</c> if the value is not empty.</summary>
    public Query WithText(string name, string value) => value.Length == 0 ? this : With(name, value);

    /// <summary>Adds <c>name=1</c> if true.</summary>
    public Query WithSwitch(string name, bool on) => on ? With(name, "1") : this;

    /// <summary>Adds <c>name=value</c> for each value.</summary>
    public Query WithEach(string name, IEnumerable<string> values)
    {
        foreach (string value in values)
        {
            With(name, value);
        }

        return this;
    }

    /// <summary>Adds the size of a terminal.</summary>
    public Query WithSize(int rows, int columns) =>
        With("h", rows.ToString(CultureInfo.InvariantCulture)).With("w", columns.ToString(CultureInfo.InvariantCulture));

    /// <summary>Adds a platform in the API's form; nothing for none.</summary>
    public Query WithPlatform(DistributionPlatform? platform) => platform is null ? this : With("platform", JsonSerializer.Serialize(platform, ApiJson.Default.DistributionPlatform));

    /// <summary>Adds filters in Docker's form: a JSON object of sets.</summary>
    public Query WithFilters(IReadOnlyCollection<KeyValuePair<string, string>>? filters)
    {
        if (filters is null || filters.Count == 0)
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

    /// <summary>The path with its query.</summary>
    public static implicit operator string(Query query) => query.ToString();

    /// <inheritdoc/>
    public override string ToString() => _text.ToString();
}

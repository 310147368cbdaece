using System.Globalization;
using System.Text.Json;
using Quai.Errors;

namespace Quai.Daemon.Http;

/// <summary>The query string, read as Docker reads it.</summary>
internal sealed partial class ApiCall
{
    private static readonly Dictionary<string, IReadOnlyList<string>> NoFilters = [];

    /// <summary>A value; null if the query has no such key.</summary>
    public string? Text(string key) => http.Request.Query.TryGetValue(key, out var values) && values.Count > 0 ? values[0] : null;

    /// <summary>A value; null if it is missing or empty.</summary>
    public string? TextOrNull(string key) => Text(key) is { Length: > 0 } text ? text : null;

    /// <summary>All values of a key.</summary>
    public IReadOnlyList<string> All(string key) => http.Request.Query.TryGetValue(key, out var values) ? [.. values.OfType<string>()] : [];

    /// <summary>A boolean: everything except the empty string, <c>0</c>, <c>no</c>, <c>false</c> and <c>none</c> is true.</summary>
    public bool Flag(string key, bool otherwise = false) => Text(key) is not { } text
        ? otherwise
        : text.Trim().ToLowerInvariant() is not ("" or "0" or "no" or "false" or "none");

    /// <summary>An integer; null if it is missing or empty.</summary>
    public int? Number(string key) => TextOrNull(key) is { } text ? ParseNumber(text) : null;

    /// <summary>A required integer.</summary>
    public int RequiredNumber(string key) => ParseNumber(Text(key) ?? "");

    /// <summary>A time: seconds since 1970 with up to nine decimals; null if it is missing, empty or 0.</summary>
    public DateTimeOffset? Time(string key) => TextOrNull(key) is { } text ? ParseTime(text) : null;

    /// <summary>The <c>filters</c> argument: an object of name → list of values, or (the newer form) name → object of value → true.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Filters()
    {
        if (TextOrNull("filters") is not { } text)
        {
            return NoFilters;
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            var filters = new Dictionary<string, IReadOnlyList<string>>();
            foreach (JsonProperty filter in document.RootElement.EnumerateObject())
            {
                List<string> values = [];
                if (filter.Value.ValueKind == JsonValueKind.Array)
                {
                    foreach (JsonElement value in filter.Value.EnumerateArray())
                    {
                        values.Add(value.GetString() ?? throw new JsonException());
                    }
                }
                else
                {
                    foreach (JsonProperty value in filter.Value.EnumerateObject())
                    {
                        _ = value.Value.GetBoolean();
                        values.Add(value.Name);
                    }
                }

                filters[filter.Name] = values;
            }

            return filters;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw QuaiException.Invalid("invalid filter", e);
        }
    }

    /// <summary>The filters, all of whose names must be among <paramref name="known"/>.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Filters(IReadOnlySet<string> known)
    {
        IReadOnlyDictionary<string, IReadOnlyList<string>> filters = Filters();
        foreach (string name in filters.Keys)
        {
            if (!known.Contains(name))
            {
                throw QuaiException.Invalid($"invalid filter '{name}'");
            }
        }

        return filters;
    }

    private static int ParseNumber(string text) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number)
            ? number
            : throw QuaiException.Invalid($"strconv.Atoi: parsing \"{text}\": {(IsWholeNumber(text) ? "value out of range" : "invalid syntax")}");

    private static DateTimeOffset? ParseTime(string text)
    {
        int dot = text.IndexOf('.');
        string whole = dot < 0 ? text : text[..dot];
        string fraction = dot < 0 ? "" : text[(dot + 1)..];
        if (!long.TryParse(whole, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long seconds) || seconds is < -62_135_596_800L or > 253_402_300_799L)
        {
            throw QuaiException.Invalid($"strconv.ParseInt: parsing \"{whole}\": {(IsWholeNumber(whole) ? "value out of range" : "invalid syntax")}");
        }

        long nanoseconds = 0;
        if (fraction.Length > 0 && (fraction.Length > 9 || !long.TryParse(fraction.PadRight(9, '0'), NumberStyles.None, CultureInfo.InvariantCulture, out nanoseconds)))
        {
            throw QuaiException.Invalid($"strconv.ParseInt: parsing \"{fraction}\": invalid syntax");
        }

        return seconds == 0 && nanoseconds == 0 ? null : DateTimeOffset.FromUnixTimeSeconds(seconds).AddTicks(nanoseconds / 100);
    }

    private static bool IsWholeNumber(string text)
    {
        ReadOnlySpan<char> digits = text.AsSpan().TrimStart("+-");
        return !digits.IsEmpty && !digits.ContainsAnyExceptInRange('0', '9');
    }
}

using System.Text.Json;
using Quai.Build.Jobs;
using Quai.Errors;

namespace Quai.Build.RemoteCaches;

/// <summary>The caches that a frontend's request names: clients that drive their builds themselves name them there.</summary>
internal static class CacheAttribute
{
    private const string Name = "cache-imports";

    /// <summary>Reads them.</summary>
    /// <exception cref="QuaiException">They are no list of caches.</exception>
    public static IReadOnlyList<CacheReference> Read(IReadOnlyDictionary<string, string> attributes)
    {
        if (attributes.GetValueOrDefault(Name, "") is not { Length: > 0 } json)
        {
            return [];
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            return
            [
                .. document.RootElement.EnumerateArray().Select(e => new CacheReference(
                    e.GetProperty("Type").GetString() ?? "",
                    e.TryGetProperty("Attrs", out JsonElement attrs) && attrs.ValueKind != JsonValueKind.Null ? attrs.EnumerateObject().ToDictionary(a => a.Name, a => a.Value.GetString() ?? "") : [])),
            ];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            // Not what it says: that may have what gives access.
            throw QuaiException.Invalid($"failed to unmarshal {Name}: it is no list of caches", e);
        }
    }
}

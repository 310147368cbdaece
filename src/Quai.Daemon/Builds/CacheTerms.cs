using Quai.Errors;

namespace Quai.Daemon.Builds;

/// <summary>Filters of the build cache as Docker writes them, <c>type=regular</c>, in the builder's form.</summary>
internal static class CacheTerms
{
    /// <summary>The names of filters, but for <c>until</c>, which is a time.</summary>
    public static IReadOnlySet<string> Names { get; } = new HashSet<string> { "id", "parent", "type", "description", "inuse", "shared", "private" };

    /// <summary>The filters of a table.</summary>
    /// <param name="filters">Values by names: those of one name are alternatives, those of several must all fit.</param>
    /// <param name="all">Whether what images have too is meant as well: removing it frees nothing, and the next build would miss it.</param>
    public static IReadOnlyList<string> Of(IEnumerable<KeyValuePair<string, IReadOnlyList<string>>> filters, bool all)
    {
        // One of several filters must fit: each combination is one.
        IEnumerable<string> terms = [""];
        foreach ((string name, IReadOnlyList<string> values) in filters)
        {
            terms = [.. terms.SelectMany(t => values.Select(v => $"{t}{(t.Length > 0 ? "," : "")}{name}{(name is "inuse" or "shared" or "private" ? "" : "==" + v)}"))];
        }

        return [.. (all ? terms : terms.Select(t => t.Length > 0 ? t + ",private" : "private")).Where(t => t.Length > 0)];
    }

    /// <summary>The filters of a list such as <c>type=regular</c>.</summary>
    /// <param name="filters">The list.</param>
    /// <param name="all">As for a table.</param>
    /// <exception cref="QuaiException">One is malformed, or there is none of that name.</exception>
    public static IReadOnlyList<string> Of(IReadOnlyList<string> filters, bool all) => Of(
        filters.Select(f => f.Split('=', 2)).GroupBy(f => Names.Contains(f[0]) ? f[0] : throw QuaiException.Invalid($"invalid filter '{f[0]}'"))
            .Select(g => KeyValuePair.Create(g.Key, (IReadOnlyList<string>)[.. g.Select(f => f.Length > 1 ? f[1] : "")])),
        all);
}

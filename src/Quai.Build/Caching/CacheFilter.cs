using Quai.Errors;

namespace Quai.Build.Caching;

/// <summary>Filters of cache records as clients write them: <c>type==regular</c>, <c>id~=…</c>, <c>inuse</c>; commas mean "and", and of several filters one must fit.</summary>
internal sealed class CacheFilter
{
    private readonly IReadOnlyList<IReadOnlyList<Func<CacheRecord, bool>>> _any;

    private CacheFilter(IReadOnlyList<IReadOnlyList<Func<CacheRecord, bool>>> any) => _any = any;

    /// <summary>Reads them.</summary>
    /// <exception cref="QuaiException">One is malformed, or names a field that there is not.</exception>
    public static CacheFilter Parse(IReadOnlyList<string> filters) =>
        new([.. filters.Where(f => f.Length > 0).Select(f => (IReadOnlyList<Func<CacheRecord, bool>>)[.. f.Split(',').Select(Term)])]);

    /// <summary>Whether a record fits.</summary>
    public bool Fits(CacheRecord record) => _any.Count == 0 || _any.Any(all => all.All(term => term(record)));

    private static Func<CacheRecord, bool> Term(string term)
    {
        int at = term.IndexOfAny(['=', '~', '!']);
        string field = (at < 0 ? term : term[..at]).Trim(), rest = at < 0 ? "" : term[at..];
        Func<CacheRecord, string> value = field.ToLowerInvariant() switch
        {
            "id" => r => r.Id,
            "type" => r => r.Type,
            "description" => r => r.Description,
            "inuse" => r => r.IsInUse ? "true" : "",
            "mutable" => r => r.IsMutable ? "true" : "",
            "immutable" => r => r.IsMutable ? "" : "true",
            "shared" => r => r.IsShared ? "true" : "",
            "private" => r => r.IsShared ? "" : "true",
            "parent" or "parents" => r => string.Join(' ', r.Parents),
            _ => throw QuaiException.Invalid($"failed to parse prune filters {term}: unknown field {field}"),
        };
        return rest switch
        {
            "" => r => value(r).Length > 0,
            ['=', '=', .. var wanted] => r => value(r) == wanted.Trim('"'),
            ['!', '=', .. var other] => r => value(r) != other.Trim('"'),
            ['~', '=', .. var part] => r => value(r).Contains(part.Trim('"'), StringComparison.Ordinal),
            _ => throw QuaiException.Invalid($"failed to parse prune filters {term}: it needs one of ==, != and ~="),
        };
    }
}

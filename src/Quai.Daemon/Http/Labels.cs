namespace Quai.Daemon.Http;

/// <summary>Label filters: <c>key</c> or <c>key=value</c>.</summary>
internal static class Labels
{
    /// <summary>Whether a set of labels matches a filter's value.</summary>
    public static bool Matches(IReadOnlyDictionary<string, string>? labels, string filter)
    {
        if (labels is null)
        {
            return false;
        }

        int equals = filter.IndexOf('=');
        return equals < 0 ? labels.ContainsKey(filter) : labels.TryGetValue(filter[..equals], out string? value) && value == filter[(equals + 1)..];
    }

    /// <summary>The <c>label</c> and <c>label!</c> filters of prune: all of the first, none of the second.</summary>
    public static bool Pass(IReadOnlyDictionary<string, string>? labels, IReadOnlyDictionary<string, IReadOnlyList<string>> filters) =>
        (!filters.TryGetValue("label", out IReadOnlyList<string>? wanted) || wanted.All(f => Matches(labels, f)))
        && (!filters.TryGetValue("label!", out IReadOnlyList<string>? unwanted) || !unwanted.Any(f => Matches(labels, f)));
}

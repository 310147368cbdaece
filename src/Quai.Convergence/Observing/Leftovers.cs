namespace Quai.Convergence.Observing;

/// <summary>
/// What commands left that were interrupted while one container took the place of another. As long as both are there, one of them goes by an interim name, which begins with the other's id,
/// or with its own once they have exchanged their names.
/// </summary>
internal static class Leftovers
{
    /// <summary>Those of a project's containers that are in the way, and why.</summary>
    public static IReadOnlyDictionary<string, string> Of(IEnumerable<ObservedContainer> containers)
    {
        Dictionary<string, string> reasons = [];
        foreach (IGrouping<(string, int), ObservedContainer> group in containers.Where(one => !one.IsOneOff).GroupBy(one => (one.Service, one.Number)))
        {
            foreach (ObservedContainer container in group.Where(one => one.InterimNameOf is not null))
            {
                if (Reason(container, [.. group.Where(one => one.Id != container.Id)]) is { } reason)
                {
                    reasons[container.Id] = reason;
                }
            }
        }

        return reasons;
    }

    private static string? Reason(ObservedContainer container, IReadOnlyList<ObservedContainer> others)
    {
        const string Interrupted = "it is left over from a command that was interrupted", Replaced = "another has taken its place";
        if (others.FirstOrDefault(container.IsNamedAfter) is { } other)
        {
            bool isNewer = (container.Summary.Created, container.Id).CompareTo((other.Summary.Created, other.Id)) > 0;

            // Each has the other's id in its name where the old one has given up its name and the new one has not got it yet: only one of them goes.
            return !isNewer && other.IsNamedAfter(container) ? null : isNewer ? Interrupted : Replaced;
        }

        return container.IsNamedAfter(container) && others.Any(one => one.Name == container.InterimNameOf) ? Replaced : null;
    }
}

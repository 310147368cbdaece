using Quai.Cli.CommandLine;

namespace Quai.Cli.Builds.Cache;

/// <summary>Filters of a builder's cache.</summary>
internal static class CacheFilters
{
    /// <summary>In the form that builders read: conditions with commas between.</summary>
    public static IReadOnlyCollection<string> Write(IEnumerable<KeyValuePair<string, string>> filters)
    {
        string[] conditions = [.. filters.Select(f => f.Value switch
        {
            // Facts that are so or are not have no value.
            _ when f.Key is "inuse" or "mutable" or "immutable" or "shared" or "private" => f.Key,
            _ => $"{f.Key}=={f.Value}",
        })];
        return conditions.Length == 0 ? [] : [string.Join(',', conditions)];
    }

    /// <summary>How long something must not have been used.</summary>
    /// <exception cref="ExitException">It is no time, or said twice.</exception>
    public static TimeSpan Age(IEnumerable<KeyValuePair<string, string>> filters)
    {
        string[] ages = [.. filters.Where(f => f.Key is "until" or "unused-for").Select(f => f.Value)];
        try
        {
            return ages.Length switch
            {
                0 => TimeSpan.Zero,
                1 => TimeSpan.FromTicks(FlagValues.Duration(ages[0]) / TimeSpan.NanosecondsPerTick),
                _ => throw new ExitException(1, "ERROR: filters expect only one value for \"until\""),
            };
        }
        catch (FlagValueException e)
        {
            throw new ExitException(1, "ERROR: " + e.Message);
        }
    }
}

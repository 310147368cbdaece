using System.Globalization;
using Quai.Errors;

namespace Quai.Daemon.Rootless;

/// <summary>A range of ids that somebody was given besides his own.</summary>
/// <param name="First">The first one.</param>
/// <param name="Count">How many.</param>
internal readonly record struct IdRange(uint First, uint Count);

/// <summary>The ids that users were given for containers: <c>/etc/subuid</c> and <c>/etc/subgid</c> (subuid(5)).</summary>
internal static class SubordinateIds
{
    /// <summary>The fewest that an image is likely to do with: those up to <c>nobody</c>'s.</summary>
    private const uint Fewest = 65535;

    /// <summary>Reads a user's ranges.</summary>
    /// <param name="file">The file.</param>
    /// <param name="user">The user's name.</param>
    /// <param name="number">The user's number, by which ranges can be given, too.</param>
    public static IReadOnlyList<IdRange> Read(string file, string user, uint number) =>
        File.Exists(file) ? Parse(File.ReadLines(file), user, number) : [];

    /// <inheritdoc cref="Read"/>
    /// <param name="lines">The file's lines: <c>alice:100000:65536</c>.</param>
    /// <param name="user">The user's name.</param>
    /// <param name="number">The user's number.</param>
    public static IReadOnlyList<IdRange> Parse(IEnumerable<string> lines, string user, uint number)
    {
        List<IdRange> ranges = [];
        string numbered = number.ToString(CultureInfo.InvariantCulture);
        foreach (string line in lines)
        {
            string[] fields = line.Trim().Split(':');
            if (fields.Length == 3 && (fields[0] == user || fields[0] == numbered)
                && uint.TryParse(fields[1], NumberStyles.None, CultureInfo.InvariantCulture, out uint first)
                && uint.TryParse(fields[2], NumberStyles.None, CultureInfo.InvariantCulture, out uint count) && count > 0 && first <= uint.MaxValue - count)
            {
                ranges.Add(new(first, count));
            }
        }

        return ranges;
    }

    /// <summary>A namespace's map as <c>newuidmap</c> takes it: its root is the user, its other ids are the ranges' in turn.</summary>
    /// <param name="own">The user's own id.</param>
    /// <param name="ranges">The ranges.</param>
    /// <param name="file">Where they are from, for errors.</param>
    /// <param name="user">The user's name, for errors.</param>
    /// <exception cref="QuaiException">There are too few.</exception>
    public static IReadOnlyList<string> MapOf(uint own, IReadOnlyList<IdRange> ranges, string file, string user)
    {
        ulong sum = 0;
        List<string> map = ["0", Text(own), "1"];
        foreach (IdRange range in ranges)
        {
            map.AddRange([Text(1 + sum), Text(range.First), Text(range.Count)]);
            sum += range.Count;
        }

        return sum >= Fewest ? map : throw QuaiException.Invalid(
            $"{file} gives user {user} {(sum == 0 ? "no ids" : $"only {sum} ids")} for containers, which need 65536 (root can add them: usermod --add-subuids 100000-165535 --add-subgids 100000-165535 {user})");
    }

    private static string Text(ulong number) => number.ToString(CultureInfo.InvariantCulture);
}

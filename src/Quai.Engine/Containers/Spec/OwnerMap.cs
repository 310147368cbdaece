using System.Globalization;
using System.Text;
using Quai.Errors;

namespace Quai.Engine.Containers.Spec;

/// <summary>How a bind shows owners: <c>uids=0-1000-1;gids=0-1000-1</c>, podman's <c>idmap</c>.</summary>
/// <param name="Uids">Lines of <c>uid_map</c>: first id on disk, first id shown, count.</param>
/// <param name="Gids">The same of groups.</param>
public sealed record OwnerMap(string Uids, string Gids)
{
    // The kernel takes no more lines.
    private const int MostRanges = 340;
    private const string Same = "0 0 4294967295\n";

    /// <summary>Reads one. What is not named, users or groups, is shown as it is.</summary>
    /// <param name="text">Ranges of users and of groups, <c>ON-DISK-SHOWN-COUNT</c>, separated by <c>#</c>.</param>
    /// <exception cref="QuaiException">It is malformed.</exception>
    public static OwnerMap Parse(string text)
    {
        string? uids = null, gids = null;
        foreach (string part in text.Split(';'))
        {
            if (part.StartsWith("uids=", StringComparison.Ordinal) && uids is null)
            {
                uids = Lines(text, part["uids=".Length..]);
            }
            else if (part.StartsWith("gids=", StringComparison.Ordinal) && gids is null)
            {
                gids = Lines(text, part["gids=".Length..]);
            }
            else
            {
                throw Invalid(text, $"\"{part}\" is neither uids=… nor gids=…, or is there twice");
            }
        }

        return new(uids ?? Same, gids ?? Same);
    }

    private static string Lines(string text, string ranges)
    {
        string[] all = ranges.Split('#');
        if (all.Length > MostRanges)
        {
            throw Invalid(text, $"no more than {MostRanges} ranges are possible");
        }

        var lines = new StringBuilder();
        List<(uint Disk, uint Shown, uint Count)> seen = [];
        foreach (string range in all)
        {
            if (range.Split('-') is not [var disk, var shown, var count] || !TryRead(disk, out uint d) || !TryRead(shown, out uint s) || !TryRead(count, out uint c)
                || c == 0 || d > uint.MaxValue - c || s > uint.MaxValue - c)
            {
                throw Invalid(text, $"\"{range}\" is not of the form ID-SHOWN-COUNT");
            }

            if (seen.Exists(o => (d < o.Disk + o.Count && o.Disk < d + c) || (s < o.Shown + o.Count && o.Shown < s + c)))
            {
                throw Invalid(text, $"\"{range}\" overlaps with another range");
            }

            seen.Add((d, s, c));
            lines.Append(CultureInfo.InvariantCulture, $"{d} {s} {c}\n");
        }

        return lines.ToString();
    }

    private static bool TryRead(string text, out uint number) => uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    private static QuaiException Invalid(string text, string why) => QuaiException.Invalid($"invalid idmap \"{text}\": {why}");
}

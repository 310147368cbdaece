using System.Globalization;

namespace Quai.Engine.Specs;

/// <summary>What sysfs shows about this machine's processors that a container must not see: when one gets hot reveals what others compute.</summary>
internal static class Processors
{
    private const string Folder = "/sys/devices/system/cpu";

    /// <summary>The folders with the throttle counts, for processors that have them.</summary>
    public static IEnumerable<string> ThrottleFolders()
    {
        string file = Folder + "/possible";
        return (File.Exists(file) ? Parse(File.ReadAllText(file)) : []).Select(n => $"{Folder}/cpu{n}/thermal_throttle").Where(Directory.Exists);
    }

    /// <summary>Numbers of a list such as <c>0-3,5</c>.</summary>
    internal static IEnumerable<int> Parse(string list)
    {
        foreach (string range in list.Trim().Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] ends = range.Split('-');
            if (int.TryParse(ends[0], NumberStyles.None, CultureInfo.InvariantCulture, out int first)
                && int.TryParse(ends[^1], NumberStyles.None, CultureInfo.InvariantCulture, out int last))
            {
                for (int n = first; n <= last; n++)
                {
                    yield return n;
                }
            }
        }
    }
}

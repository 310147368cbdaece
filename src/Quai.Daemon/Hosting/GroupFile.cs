using System.Globalization;

namespace Quai.Daemon.Hosting;

/// <summary>Finds groups of this machine.</summary>
internal static class GroupFile
{
    /// <summary>The number of a group, given by name or number; null if there is none.</summary>
    public static uint? Find(string group, string file = "/etc/group")
    {
        if (uint.TryParse(group, NumberStyles.None, CultureInfo.InvariantCulture, out uint number))
        {
            return number;
        }

        if (!File.Exists(file))
        {
            return null;
        }

        foreach (string line in File.ReadLines(file))
        {
            string[] fields = line.Split(':');
            if (fields.Length >= 3 && fields[0] == group && uint.TryParse(fields[2], NumberStyles.None, CultureInfo.InvariantCulture, out number))
            {
                return number;
            }
        }

        return null;
    }
}

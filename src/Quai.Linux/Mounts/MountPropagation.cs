using System.Text;

namespace Quai.Linux.Mounts;

/// <summary>How the mount that contains a path propagates mounts below it, in this process's mount namespace (mount_namespaces(7)).</summary>
/// <param name="MountPoint">Where it is mounted.</param>
/// <param name="IsShared">Whether it is in a peer group.</param>
/// <param name="IsSlave">Whether it receives from one.</param>
public readonly record struct MountPropagation(string MountPoint, bool IsShared, bool IsSlave)
{
    /// <summary>The mount of a file or folder; links are followed.</summary>
    /// <exception cref="LinuxException">It does not exist.</exception>
    public static MountPropagation Of(string path)
    {
        using FileDescriptor found = Openat2.Open(FileCalls.AT_FDCWD, path, FileCalls.O_PATH | FileCalls.O_CLOEXEC, 0, 0);
        return Find(File.ReadLines("/proc/self/mountinfo"), new FileInfo($"/proc/self/fd/{found.Number}").LinkTarget ?? path);
    }

    /// <summary>The mount of a path without links, from the lines of mountinfo (proc(5)): the deepest, and the last one of several at the same place.</summary>
    internal static MountPropagation Find(IEnumerable<string> lines, string path)
    {
        var best = new MountPropagation("/", false, false);
        foreach (string line in lines)
        {
            string[] fields = line.Split(' ');
            int dash = Array.IndexOf(fields, "-");
            if (dash < 6)
            {
                continue;
            }

            string point = Unescape(fields[4]);
            bool above = point == "/" || path == point || path.StartsWith(point + "/", StringComparison.Ordinal);
            if (above && point.Length >= best.MountPoint.Length)
            {
                ReadOnlySpan<string> optional = fields.AsSpan(6, dash - 6);
                best = new MountPropagation(point, Has(optional, "shared:"), Has(optional, "master:"));
            }
        }

        return best;
    }

    private static bool Has(ReadOnlySpan<string> fields, string start)
    {
        foreach (string field in fields)
        {
            if (field.StartsWith(start, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }

    // Blanks, tabs, line feeds and backslashes are written as octal numbers.
    private static string Unescape(string text)
    {
        if (!text.Contains('\\'))
        {
            return text;
        }

        var result = new StringBuilder();
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\' && i + 3 < text.Length)
            {
                result.Append((char)(((text[i + 1] - '0') << 6) | ((text[i + 2] - '0') << 3) | (text[i + 3] - '0')));
                i += 3;
            }
            else
            {
                result.Append(text[i]);
            }
        }

        return result.ToString();
    }
}

using System.Globalization;
using Quai.Linux;

namespace Quai.Runtime.Cgroups;

/// <summary>Reading and writing the small files of the cgroup file system.</summary>
public static class CgroupFiles
{
    /// <summary>A number; <see cref="ulong.MaxValue"/> for <c>max</c>, 0 if there is none or no such file.</summary>
    public static ulong Number(string path)
    {
        string? text = Text(path);
        return text is null ? 0 : text is "max" ? ulong.MaxValue : ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong value) ? value : 0;
    }

    /// <summary>A file's text without the trailing newline; null if it cannot be read.</summary>
    public static string? Text(string path)
    {
        // Many do not exist, for groups not created yet and controllers without the option: a check costs less than an exception.
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            return File.ReadAllText(path).TrimEnd('\n');
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>A flat file of keys and numbers, one pair per line; other lines are left out. Empty if it cannot be read.</summary>
    public static Dictionary<string, ulong> KeyValues(string path)
    {
        Dictionary<string, ulong> values = [];
        foreach (string line in (Text(path) ?? "").Split('\n'))
        {
            int space = line.IndexOf(' ', StringComparison.Ordinal);
            if (space > 0 && ulong.TryParse(line.AsSpan(space + 1), NumberStyles.None, CultureInfo.InvariantCulture, out ulong value))
            {
                values[line[..space]] = value;
            }
        }

        return values;
    }

    /// <summary>The processes in a <c>cgroup.procs</c> or <c>tasks</c>, except those of other process namespaces. Empty if it cannot be read.</summary>
    public static List<int> Processes(string path)
    {
        List<int> pids = [];
        foreach (string line in (Text(path) ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (int.TryParse(line, NumberStyles.None, CultureInfo.InvariantCulture, out int pid) && pid > 0)
            {
                pids.Add(pid);
            }
        }

        return pids;
    }

    /// <summary>Writes a value.</summary>
    /// <exception cref="LinuxException">The kernel refused the value.</exception>
    public static void Write(string path, string value)
    {
        try
        {
            using FileStream file = new(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, 0);
            file.Write(System.Text.Encoding.ASCII.GetBytes(value));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            int errno = e is UnauthorizedAccessException ? Errno.EACCES : e is FileNotFoundException or DirectoryNotFoundException ? Errno.ENOENT : e.HResult is > 0 and < 4096 ? e.HResult : Errno.EINVAL;
            throw new LinuxException("write", errno, path);
        }
    }

    /// <summary>Tries to remove a group's directory with all groups below it. True if it is gone.</summary>
    public static bool Remove(string directory)
    {
        if (Rmdir(directory))
        {
            return true;
        }

        try
        {
            foreach (string child in Directory.EnumerateDirectories(directory))
            {
                Remove(child);
            }

            return Rmdir(directory);
        }
        catch (DirectoryNotFoundException)
        {
            return true;
        }
        catch (IOException)
        {
            return !Directory.Exists(directory);
        }
    }

    private static unsafe bool Rmdir(string directory)
    {
        byte[] path = System.Text.Encoding.UTF8.GetBytes(directory + '\0');
        fixed (byte* p = path)
        {
            long result = Linux.Kernel.SystemCall.Quick(
                Linux.Kernel.SystemCallNumber.Unlinkat, Linux.Kernel.OpenFlags.AT_FDCWD, (long)p, Linux.Kernel.OpenFlags.AT_REMOVEDIR);
            return result is 0 or -Errno.ENOENT;
        }
    }
}

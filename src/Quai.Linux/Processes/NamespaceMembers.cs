using System.Globalization;

namespace Quai.Linux.Processes;

/// <summary>Who lives in a namespace.</summary>
public static class NamespaceMembers
{
    /// <summary>The processes that live in the same namespace as another; those that may not be looked at are left out.</summary>
    /// <param name="pid">The other.</param>
    /// <param name="kind">The namespace's name in <c>/proc/PID/ns</c>.</param>
    public static HashSet<int> Of(int pid, string kind)
    {
        HashSet<int> members = [];
        if (Read(pid, kind) is not { } wanted)
        {
            return members;
        }

        foreach (string folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out int other) && Read(other, kind) == wanted)
            {
                members.Add(other);
            }
        }

        return members;
    }

    /// <summary>The namespace of a process, as <c>net:[4026531840]</c>; null if it is gone or may not be looked at.</summary>
    public static string? Read(int pid, string kind)
    {
        try
        {
            return new FileInfo(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/ns/{kind}")).LinkTarget;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}

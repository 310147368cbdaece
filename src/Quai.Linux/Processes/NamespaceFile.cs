using System.Text;
using Quai.Linux.Kernel;

namespace Quai.Linux.Processes;

/// <summary>Files that represent namespaces: those of /proc/PID/ns, and mounts of them.</summary>
public static unsafe class NamespaceFile
{
    /// <summary>Whether a file represents the namespace that this process itself is in.</summary>
    /// <param name="path">The file.</param>
    /// <param name="kind">The kind, as in /proc/self/ns: <c>net</c>, <c>mnt</c>, <c>ipc</c>, <c>uts</c>, <c>pid</c>, <c>user</c>, <c>cgroup</c>, <c>time</c>.</param>
    public static bool IsOwn(string path, string kind) =>
        Identify(path) is { } there && Identify("/proc/self/ns/" + kind) is { } here && there == here;

    private static (ulong Device, ulong Inode)? Identify(string path)
    {
        byte[] text = Encoding.UTF8.GetBytes(path + '\0');
        ulong* stat = stackalloc ulong[32];
        fixed (byte* p = text)
        {
            return SystemCall.Quick(SystemCallNumber.Newfstatat, OpenFlags.AT_FDCWD, (long)p, (long)stat, 0) < 0 ? null : (stat[0], stat[1]);
        }
    }
}

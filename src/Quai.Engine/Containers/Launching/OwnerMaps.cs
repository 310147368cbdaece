using System.Collections.Concurrent;
using System.Globalization;
using Quai.Engine.Containers.Spec;
using Quai.Errors;
using Quai.Linux;
using Quai.Linux.Processes;

namespace Quai.Engine.Containers.Launching;

/// <summary>The user namespaces that stand for maps of owners: one for each map, kept as long as the daemon runs, since restarted containers need them again.</summary>
internal static class OwnerMaps
{
    private const int Most = 256;
    private static readonly ConcurrentDictionary<OwnerMap, FileDescriptor> s_namespaces = new();

    /// <summary>The path of a map's namespace, for as long as this daemon runs.</summary>
    /// <exception cref="QuaiException">The kernel cannot do that, or there are too many maps.</exception>
    public static string PathOf(OwnerMap map)
    {
        if (!s_namespaces.TryGetValue(map, out FileDescriptor? found))
        {
            if (s_namespaces.Count >= Most)
            {
                throw QuaiException.System($"containers with more than {Most} different maps of owners were started: restart the daemon to start others");
            }

            try
            {
                FileDescriptor made = UserNamespace.Create(map.Uids, map.Gids);
                found = s_namespaces.GetOrAdd(map, made);
                if (!ReferenceEquals(found, made))
                {
                    made.Dispose();
                }
            }
            catch (LinuxException e)
            {
                throw QuaiException.System($"cannot make a map of owners: {e.Message}", e);
            }
        }

        return string.Create(CultureInfo.InvariantCulture, $"/proc/{Environment.ProcessId}/fd/{found.Number}");
    }
}

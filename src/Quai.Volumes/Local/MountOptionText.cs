using Quai.Linux.Mounts;

namespace Quai.Volumes.Local;

/// <summary>Mount options as in <c>-o o=ro,nosuid,size=1m</c>: flags of mount(2), how mounts propagate, and the rest for the file system.</summary>
/// <param name="Flags">Flags without propagation.</param>
/// <param name="Propagation">Flags of propagation, for a second call; 0 for none.</param>
/// <param name="Loop">Whether the device is a file that is mounted by a loop device.</param>
/// <param name="Data">The rest, separated by commas.</param>
internal readonly record struct MountOptionText(ulong Flags, ulong Propagation, bool Loop, string Data)
{
    private static readonly Dictionary<string, (ulong Set, ulong Clear)> s_flags = new()
    {
        ["ro"] = (HostMount.MS_RDONLY, 0), ["rw"] = (0, HostMount.MS_RDONLY),
        ["nosuid"] = (HostMount.MS_NOSUID, 0), ["suid"] = (0, HostMount.MS_NOSUID),
        ["nodev"] = (HostMount.MS_NODEV, 0), ["dev"] = (0, HostMount.MS_NODEV),
        ["noexec"] = (HostMount.MS_NOEXEC, 0), ["exec"] = (0, HostMount.MS_NOEXEC),
        ["sync"] = (HostMount.MS_SYNCHRONOUS, 0), ["async"] = (0, HostMount.MS_SYNCHRONOUS),
        ["dirsync"] = (HostMount.MS_DIRSYNC, 0), ["remount"] = (HostMount.MS_REMOUNT, 0),
        ["mand"] = (HostMount.MS_MANDLOCK, 0), ["nomand"] = (0, HostMount.MS_MANDLOCK),
        ["noatime"] = (HostMount.MS_NOATIME, 0), ["atime"] = (0, HostMount.MS_NOATIME),
        ["nodiratime"] = (HostMount.MS_NODIRATIME, 0), ["diratime"] = (0, HostMount.MS_NODIRATIME),
        ["relatime"] = (HostMount.MS_RELATIME, 0), ["norelatime"] = (0, HostMount.MS_RELATIME),
        ["strictatime"] = (HostMount.MS_STRICTATIME, 0), ["nostrictatime"] = (0, HostMount.MS_STRICTATIME),
        ["bind"] = (HostMount.MS_BIND, 0), ["rbind"] = (HostMount.MS_BIND | HostMount.MS_REC, 0),
        ["defaults"] = (0, 0),
    };

    private static readonly Dictionary<string, ulong> s_propagation = new()
    {
        ["private"] = HostMount.MS_PRIVATE, ["rprivate"] = HostMount.MS_PRIVATE | HostMount.MS_REC,
        ["shared"] = HostMount.MS_SHARED, ["rshared"] = HostMount.MS_SHARED | HostMount.MS_REC,
        ["slave"] = HostMount.MS_SLAVE, ["rslave"] = HostMount.MS_SLAVE | HostMount.MS_REC,
        ["unbindable"] = HostMount.MS_UNBINDABLE, ["runbindable"] = HostMount.MS_UNBINDABLE | HostMount.MS_REC,
    };

    /// <summary>Reads them; what is no flag is the file system's.</summary>
    public static MountOptionText Parse(string text)
    {
        ulong flags = 0, propagation = 0;
        bool loop = false;
        List<string> data = [];
        foreach (string part in text.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            if (s_flags.TryGetValue(part, out (ulong Set, ulong Clear) flag))
            {
                flags = (flags | flag.Set) & ~flag.Clear;
            }
            else if (s_propagation.TryGetValue(part, out ulong how))
            {
                propagation = how;
            }
            else if (part == "loop")
            {
                loop = true;
            }
            else
            {
                data.Add(part);
            }
        }

        return new(flags, propagation, loop, string.Join(',', data));
    }
}

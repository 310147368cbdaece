using static Quai.Linux.Kernel.MountFlags;

namespace Quai.Runtime.Specs;

/// <summary>A mount's parsed options: flags of mount(2), attributes of mount_setattr(2), propagation, and the rest for the file system.</summary>
/// <param name="Flags">Flags of mount(2).</param>
/// <param name="SetAttributes">Attributes that the mount gets.</param>
/// <param name="ClearAttributes">Attributes that it loses.</param>
/// <param name="AllSet">Attributes that it and all mounts below it get.</param>
/// <param name="AllClear">Attributes that these lose.</param>
/// <param name="Propagation">The propagation's flag; 0 if none is given.</param>
/// <param name="Bind">Whether it is a bind.</param>
/// <param name="Recursive">Whether what is mounted below is bound as well.</param>
/// <param name="MapsOwners">Whether its owners are mapped.</param>
/// <param name="MapsAll">Whether those of all mounts below it are.</param>
/// <param name="CopiesUp">Whether a tmpfs begins with what it covers.</param>
/// <param name="Data">What only the file system knows.</param>
public readonly record struct MountOptions(
    ulong Flags, ulong SetAttributes, ulong ClearAttributes, ulong AllSet, ulong AllClear, ulong Propagation, bool Bind, bool Recursive, bool MapsOwners, bool MapsAll, bool CopiesUp, string Data)
{
    /// <summary>Options that are an attribute of the mount: (flag of mount(2), attribute, what is cleared with it, whether the name takes it away).</summary>
    private static readonly Dictionary<string, (ulong Flag, ulong Attribute, ulong Clear, bool Off)> s_attributes = new()
    {
        ["ro"] = (MS_RDONLY, MOUNT_ATTR_RDONLY, 0, false),
        ["rw"] = (MS_RDONLY, MOUNT_ATTR_RDONLY, 0, true),
        ["nosuid"] = (MS_NOSUID, MOUNT_ATTR_NOSUID, 0, false),
        ["suid"] = (MS_NOSUID, MOUNT_ATTR_NOSUID, 0, true),
        ["nodev"] = (MS_NODEV, MOUNT_ATTR_NODEV, 0, false),
        ["dev"] = (MS_NODEV, MOUNT_ATTR_NODEV, 0, true),
        ["noexec"] = (MS_NOEXEC, MOUNT_ATTR_NOEXEC, 0, false),
        ["exec"] = (MS_NOEXEC, MOUNT_ATTR_NOEXEC, 0, true),
        ["nosymfollow"] = (MS_NOSYMFOLLOW, MOUNT_ATTR_NOSYMFOLLOW, 0, false),
        ["symfollow"] = (MS_NOSYMFOLLOW, MOUNT_ATTR_NOSYMFOLLOW, 0, true),
        ["nodiratime"] = (MS_NODIRATIME, MOUNT_ATTR_NODIRATIME, 0, false),
        ["diratime"] = (MS_NODIRATIME, MOUNT_ATTR_NODIRATIME, 0, true),

        // One of these holds: whichever is set takes the others away, and without one it is relatime, the kernel's default.
        ["noatime"] = (MS_NOATIME, MOUNT_ATTR_NOATIME, MOUNT_ATTR_ATIME, false),
        ["atime"] = (MS_NOATIME, MOUNT_ATTR_NOATIME, MOUNT_ATTR_ATIME, true),
        ["relatime"] = (MS_RELATIME, MOUNT_ATTR_RELATIME, MOUNT_ATTR_ATIME, false),
        ["norelatime"] = (MS_RELATIME, 0, 0, true),
        ["strictatime"] = (MS_STRICTATIME, MOUNT_ATTR_STRICTATIME, MOUNT_ATTR_ATIME, false),
        ["nostrictatime"] = (MS_STRICTATIME, MOUNT_ATTR_STRICTATIME, MOUNT_ATTR_ATIME, true),
    };

    /// <summary>Options that are a flag of mount(2) alone.</summary>
    private static readonly Dictionary<string, (ulong Flag, bool Off)> s_flags = new()
    {
        ["sync"] = (MS_SYNCHRONOUS, false), ["async"] = (MS_SYNCHRONOUS, true), ["dirsync"] = (MS_DIRSYNC, false), ["mand"] = (MS_MANDLOCK, false), ["nomand"] = (MS_MANDLOCK, true),
        ["lazytime"] = (MS_LAZYTIME, false), ["nolazytime"] = (MS_LAZYTIME, true), ["iversion"] = (MS_I_VERSION, false), ["noiversion"] = (MS_I_VERSION, true),
        ["silent"] = (MS_SILENT, false), ["loud"] = (MS_SILENT, true), ["remount"] = (MS_REMOUNT, false),
    };

    /// <summary>All options with a meaning here, in the order of their names (features.md of the specification).</summary>
    public static IEnumerable<string> Known =>
        s_attributes.Keys.Concat(s_attributes.Keys.Select(name => "r" + name)).Concat(s_flags.Keys)
            .Concat(["bind", "rbind", "private", "rprivate", "slave", "rslave", "shared", "rshared", "unbindable", "runbindable", "defaults", "idmap", "ridmap", "tmpcopyup"])
            .Order(StringComparer.Ordinal);

    /// <summary>Whether what is mounted at the destination is changed, and nothing mounted.</summary>
    public bool Remount => (Flags & MS_REMOUNT) != 0;

    /// <summary>Parses options as mount(8) and the runtime specification name them.</summary>
    public static MountOptions Parse(IReadOnlyList<string>? options)
    {
        MountOptions all = new() { Data = "" };
        List<string>? data = null;
        foreach (string option in options ?? [])
        {
            if (option == "rw")
            {
                // A bind of something read-only stays read-only.
                all = all with { Flags = all.Flags & ~MS_RDONLY, SetAttributes = all.SetAttributes & ~MOUNT_ATTR_RDONLY };
            }
            else if (s_attributes.TryGetValue(option, out var attribute))
            {
                all = all with
                {
                    Flags = attribute.Off ? all.Flags & ~attribute.Flag : all.Flags | attribute.Flag,
                    SetAttributes = attribute.Off ? all.SetAttributes & ~attribute.Attribute : (all.SetAttributes & ~attribute.Clear) | attribute.Attribute,
                    ClearAttributes = (all.ClearAttributes & ~attribute.Attribute) | attribute.Clear | (attribute.Off ? attribute.Attribute : 0),
                };
            }
            else if (option.StartsWith('r') && s_attributes.TryGetValue(option[1..], out var every))
            {
                all = all with
                {
                    Flags = every.Off ? all.Flags & ~every.Flag : all.Flags | every.Flag,
                    AllSet = every.Off ? all.AllSet & ~every.Attribute : (all.AllSet & ~every.Clear) | every.Attribute,
                    AllClear = (all.AllClear & ~every.Attribute) | every.Clear | (every.Off ? every.Attribute : 0),
                };
            }
            else if (s_flags.TryGetValue(option, out var flag))
            {
                all = all with { Flags = flag.Off ? all.Flags & ~flag.Flag : all.Flags | flag.Flag };
            }
            else
            {
                all = option switch
                {
                    "defaults" or "user" or "nouser" or "auto" or "noauto" => all,
                    "bind" => all with { Bind = true },
                    "rbind" => all with { Bind = true, Recursive = true },
                    "private" or "rprivate" => all with { Propagation = MS_PRIVATE },
                    "slave" or "rslave" => all with { Propagation = MS_SLAVE },
                    "shared" or "rshared" => all with { Propagation = MS_SHARED },
                    "unbindable" or "runbindable" => all with { Propagation = MS_UNBINDABLE },
                    "idmap" => all with { MapsOwners = true },
                    "ridmap" => all with { MapsOwners = true, MapsAll = true },
                    "tmpcopyup" => all with { CopiesUp = true },
                    _ => Later(all, ref data, option),
                };
            }
        }

        return data is null ? all : all with { Data = string.Join(',', data) };
    }

    private static MountOptions Later(MountOptions all, ref List<string>? data, string option)
    {
        (data ??= []).Add(option);
        return all;
    }
}

using static Quai.Linux.Kernel.MountFlags;

namespace Quai.Runtime.Specs;

/// <summary>A mount's parsed options: flags of mount(2), attributes of mount_setattr(2), propagation, and the rest for the file system.</summary>
internal readonly record struct MountOptions(ulong Flags, ulong SetAttributes, ulong ClearAttributes, ulong Propagation, bool RecursiveAttributes, bool Bind, bool Recursive, string Data)
{
    /// <summary>Parses options as mount(8) and the runtime specification name them.</summary>
    public static MountOptions Parse(IReadOnlyList<string>? options)
    {
        ulong flags = 0, set = 0, clear = 0, propagation = 0;
        bool recursiveAttributes = false, bind = false, recursive = false;
        List<string>? data = null;
        foreach (string option in options ?? [])
        {
            switch (option)
            {
                case "defaults" or "async" or "user" or "nouser" or "auto" or "noauto" or "tmpcopyup" or "idmap" or "ridmap": break;
                case "ro": flags |= MS_RDONLY; set |= MOUNT_ATTR_RDONLY; break;
                case "rw": flags &= ~MS_RDONLY; set &= ~MOUNT_ATTR_RDONLY; break;
                case "rro": flags |= MS_RDONLY; set |= MOUNT_ATTR_RDONLY; recursiveAttributes = true; break;
                case "nosuid" or "rnosuid": flags |= MS_NOSUID; set |= MOUNT_ATTR_NOSUID; break;
                case "suid": flags &= ~MS_NOSUID; clear |= MOUNT_ATTR_NOSUID; break;
                case "nodev" or "rnodev": flags |= MS_NODEV; set |= MOUNT_ATTR_NODEV; break;
                case "dev": flags &= ~MS_NODEV; clear |= MOUNT_ATTR_NODEV; break;
                case "noexec" or "rnoexec": flags |= MS_NOEXEC; set |= MOUNT_ATTR_NOEXEC; break;
                case "exec": flags &= ~MS_NOEXEC; clear |= MOUNT_ATTR_NOEXEC; break;
                case "sync": flags |= MS_SYNCHRONOUS; break;
                case "dirsync": flags |= MS_DIRSYNC; break;
                case "mand": flags |= MS_MANDLOCK; break;
                case "nosymfollow": flags |= MS_NOSYMFOLLOW; set |= MOUNT_ATTR_NOSYMFOLLOW; break;
                case "noatime": flags |= MS_NOATIME; clear |= MOUNT_ATTR_ATIME; set |= MOUNT_ATTR_NOATIME; break;
                case "nodiratime": flags |= MS_NODIRATIME; set |= MOUNT_ATTR_NODIRATIME; break;
                case "relatime": flags |= MS_RELATIME; break;
                case "strictatime": flags |= MS_STRICTATIME; clear |= MOUNT_ATTR_ATIME; set |= MOUNT_ATTR_STRICTATIME; break;
                case "bind": bind = true; break;
                case "rbind": bind = recursive = true; break;
                case "private": propagation = MS_PRIVATE; break;
                case "rprivate": propagation = MS_PRIVATE; break;
                case "slave" or "rslave": propagation = MS_SLAVE; break;
                case "shared" or "rshared": propagation = MS_SHARED; break;
                case "unbindable" or "runbindable": propagation = MS_UNBINDABLE; break;
                default: (data ??= []).Add(option); break;
            }
        }

        return new MountOptions(flags, set, clear, propagation, recursiveAttributes, bind, recursive, data is null ? "" : string.Join(',', data));
    }
}

using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Quai.Errors;
using Quai.Linux;
using Quai.Linux.Kernel;
using Quai.Oci.Runtime;
using Quai.Runtime.Cgroups;
using Quai.Runtime.Plans;
using static Quai.Linux.Kernel.MountFlags;
using static Quai.Linux.Kernel.OpenFlags;
using static Quai.Runtime.Plans.PlanWriter;
using Nr = Quai.Linux.Kernel.SystemCallNumber;

namespace Quai.Runtime.Specs;

/// <content>The root, the mounts in it, its devices, and the change into it. Everything happens in the container's own mount namespace.</content>
internal sealed partial class SpecCompiler
{
    private static readonly (string Name, int Major, int Minor)[] DeviceNodes =
        [("null", 1, 3), ("zero", 1, 5), ("full", 1, 7), ("random", 1, 8), ("urandom", 1, 9), ("tty", 5, 0)];

    private static readonly (string Link, string Target)[] DefaultLinks =
        [("fd", "/proc/self/fd"), ("stdin", "/proc/self/fd/0"), ("stdout", "/proc/self/fd/1"), ("stderr", "/proc/self/fd/2"), ("core", "/proc/kcore")];

    private void CompileRoot(OverlayRoot? overlay)
    {
        ulong propagation = _linux.RootfsPropagation switch
        {
            "shared" or "rshared" => MS_SHARED,
            "private" or "rprivate" => MS_PRIVATE,
            "unbindable" or "runbindable" => MS_UNBINDABLE,
            _ => MS_SLAVE,
        };
        Child("part the mounts from the host's", Step.Call(Nr.Mount, 0, _plan.Text("/"), 0, (long)(MS_REC | propagation), 0));
        string root = _spec.Root!.Path;
        if (overlay is not null)
        {
            Child($"enter {overlay.Root}", Step.Call(Nr.Chdir, _plan.Text(overlay.Root)));
            string options = OverlayOptions(overlay);
            if (options.Length > 4000)
            {
                throw QuaiException.Invalid($"the image has too many layers to mount ({overlay.Lower.Count})");
            }

            Child($"mount the root file system at {root}", Step.Call(Nr.Mount, _plan.Text("overlay"), _plan.Text(root), _plan.Text("overlay"), 0, _plan.Text(options)));
            if (propagation == MS_SHARED)
            {
                Child("keep the root to the container", Step.Call(Nr.Mount, 0, _plan.Text(root), 0, (long)MS_PRIVATE, 0));
            }
        }
        else
        {
            Child($"bind the root {root}", Step.Call(Nr.Mount, _plan.Text(root), _plan.Text(root), 0, (long)(MS_BIND | MS_REC), 0));
        }

        Child($"open the root {root}", Step.Call(Nr.Openat, AT_FDCWD, _plan.Text(root), O_PATH | O_DIRECTORY | O_CLOEXEC, 0).Into(PlanSlot.Root));
    }

    private static string OverlayOptions(OverlayRoot overlay)
    {
        StringBuilder text = new("lowerdir=");
        text.AppendJoin(':', overlay.Lower).Append(",upperdir=").Append(overlay.Upper).Append(",workdir=").Append(overlay.Work).Append(",index=off");
        return text.ToString();
    }

    private void CompileMounts()
    {
        foreach (Mount mount in _spec.Mounts ?? [])
        {
            MountOptions options = MountOptions.Parse(mount.Options);
            if (mount.Type == "bind" || options.Bind || options.Recursive)
            {
                CompileBind(mount, options);
            }
            else if (mount.Type == "cgroup" && !CgroupTree.IsUnified)
            {
                CompileCgroupMounts(mount, options);
            }
            else
            {
                string type = mount.Type == "cgroup" ? "cgroup2" : mount.Type ?? "";
                OpenPlace(mount.Destination, file: false);
                MountHere($"mount {type} at {mount.Destination}", mount.Source ?? type, type, options.Flags, options.Data);
                if (options.Propagation != 0)
                {
                    OpenPlace(mount.Destination, file: false);
                    SetAttributes(mount.Destination, Place, 0, 0, options.Propagation, recursive: false);
                }

                ClosePlace();
            }
        }

        if (_spec.Process!.Cwd is { Length: > 1 } cwd)
        {
            OpenPlace(cwd, file: false);
            ClosePlace();
        }
    }

    private void CompileBind(Mount mount, MountOptions options)
    {
        string source = mount.Source ?? throw QuaiException.Invalid($"the bind mount at {mount.Destination} has no source");
        CompileBind(source, mount.Destination, options, file: !Directory.Exists(source) && Path.Exists(source));
    }

    private void CompileBind(string source, string destination, MountOptions options, bool file)
    {
        long flags = (long)(OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC) | (options.Recursive ? AT_RECURSIVE : 0);
        Child($"bind {source}", Step.Call(Nr.OpenTree, AT_FDCWD, _plan.Text(source), flags).Into(Tree));
        ulong propagation = options.Propagation == 0 ? MS_PRIVATE : options.Propagation;
        if (options.Recursive && !options.RecursiveAttributes && (options.SetAttributes | options.ClearAttributes) != 0)
        {
            // Attributes for the top mount alone, propagation for all.
            SetAttributes(source, Tree, options.SetAttributes, options.ClearAttributes, 0, recursive: false);
            SetAttributes(source, Tree, 0, 0, propagation, recursive: true);
        }
        else
        {
            SetAttributes(source, Tree, options.SetAttributes, options.ClearAttributes, propagation, options.Recursive);
        }

        OpenPlace(destination, file);
        Child(
            $"mount {source} at {destination}",
            Step.Call(Nr.MoveMount, Argument.Slot(Tree), _plan.Text(""), Argument.Slot(Place), _plan.Text(""), MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH));
        Child("close", Step.Call(Nr.Close, Argument.Slot(Tree)));
        ClosePlace();
    }

    private void CompileCgroupMounts(Mount mount, MountOptions options)
    {
        bool own = (_newNamespaces & CloneFlags.CLONE_NEWCGROUP) != 0;
        OpenPlace(mount.Destination, file: false);
        MountHere($"mount tmpfs at {mount.Destination}", "tmpfs", "tmpfs", options.Flags & ~MS_RDONLY, "mode=755");
        ClosePlace();
        foreach (CgroupHierarchy hierarchy in CgroupTree.Hierarchies)
        {
            string name = Path.GetFileName(hierarchy.MountPoint);
            string at = mount.Destination + "/" + name;
            if (own)
            {
                OpenPlace(at, file: false);
                MountHere($"mount cgroup at {at}", "cgroup", "cgroup", options.Flags, hierarchy.MountData);
                ClosePlace();
            }
            else
            {
                CompileBind(hierarchy.MountPoint + _linux.CgroupsPath, at, options with { Propagation = 0 }, file: false);
            }

            foreach (string controller in hierarchy.Controllers.Where(c => c != name && hierarchy.Controllers.Count > 1))
            {
                OpenPlace(mount.Destination, file: false);
                Child($"link {controller}", Step.Call(Nr.Symlinkat, _plan.Text(name), Argument.Slot(Place), _plan.Text(controller)).Tolerating(Errno.EEXIST));
                ClosePlace();
            }
        }

        if ((options.Flags & MS_RDONLY) != 0)
        {
            OpenPlace(mount.Destination, file: false);
            SetAttributes(mount.Destination, Place, MOUNT_ATTR_RDONLY, 0, 0, recursive: false);
            ClosePlace();
        }
    }

    private void CompileDevices()
    {
        bool user = (_newNamespaces & CloneFlags.CLONE_NEWUSER) != 0;
        bool bound = (_spec.Mounts ?? []).Any(m => m.Destination.TrimEnd('/') == "/dev" && (m.Type == "bind" || MountOptions.Parse(m.Options).Bind));
        if (!bound)
        {
            foreach ((string name, int major, int minor) in DeviceNodes)
            {
                if ((_linux.Devices ?? []).All(d => d.Path != "/dev/" + name))
                {
                    Node("/dev/" + name, (int)ProcessConstants.S_IFCHR | 0x1B6, MakeDevice(major, minor), 0, 0, user);
                }
            }

            OpenPlace("/dev", file: false);
            foreach ((string link, string target) in DefaultLinks)
            {
                if (link == "core" && !File.Exists("/proc/kcore"))
                {
                    continue;
                }

                Child($"link /dev/{link}", Step.Call(Nr.Symlinkat, _plan.Text(target), Argument.Slot(Place), _plan.Text(link)).Tolerating(Errno.EEXIST));
            }

            Child("remove /dev/ptmx", Step.Call(Nr.Unlinkat, Argument.Slot(Place), _plan.Text("ptmx"), 0).Tolerating(Errno.ENOENT));
            Child("link /dev/ptmx", Step.Call(Nr.Symlinkat, _plan.Text("pts/ptmx"), Argument.Slot(Place), _plan.Text("ptmx")).Tolerating(Errno.EEXIST));
            ClosePlace();
        }

        foreach (Device device in _linux.Devices ?? [])
        {
            uint type = device.Type switch
            {
                "c" or "u" => ProcessConstants.S_IFCHR,
                "b" => ProcessConstants.S_IFBLK,
                "p" => ProcessConstants.S_IFIFO,
                _ => throw QuaiException.Invalid($"device {device.Path} has unknown type \"{device.Type}\""),
            };
            Node(device.Path, (int)(type | ((device.FileMode ?? 0x1B6) & 0xFFF)), MakeDevice(device.Major, device.Minor), device.Uid ?? 0, device.Gid ?? 0, user);
        }
    }

    private void Node(string path, int mode, long device, uint uid, uint gid, bool bind)
    {
        if (bind)
        {
            OpenPlace(path, file: true);
            Child($"bind device {path}", Step.Of(PlanOperation.BindDevice, _plan.Text(path), Argument.Slot(Place)));
            ClosePlace();
            return;
        }

        Child($"make device {path}", Step.Of(PlanOperation.MakeNode, Argument.Slot(PlanSlot.Root), _plan.Text(path), mode, device, uid, gid));
    }

    private void CompilePivot()
    {
        Child("enter the root", Step.Call(Nr.Fchdir, Argument.Slot(PlanSlot.Root)));
        Child("change the root", Step.Call(Nr.PivotRoot, _plan.Text("."), _plan.Text(".")));

        // The old root lies over the new one now; slave first, so that unmounting it never reaches the host.
        Child("part the old root", Step.Call(Nr.Mount, 0, _plan.Text("."), 0, (long)(MS_SLAVE | MS_REC), 0));
        Child("leave the old root", Step.Call(Nr.Umount2, _plan.Text("."), MNT_DETACH));
        Child("enter /", Step.Call(Nr.Chdir, _plan.Text("/")));
    }

    private void OpenPlace(string destination, bool file)
    {
        string path = destination.StartsWith('/') ? destination : "/" + destination;
        Child($"open mount point {path}", Step.Of(PlanOperation.MountPoint, Argument.Slot(PlanSlot.Root), _plan.Text(path), file ? 1 : 0).Into(Place));
    }

    private void ClosePlace() => Child("close", Step.Call(Nr.Close, Argument.Slot(Place)));

    /// <summary>Mounts on the directory of the place's descriptor: entered, since mount(2) takes a path.</summary>
    private void MountHere(string what, string source, string type, ulong flags, string data)
    {
        Child(what, Step.Call(Nr.Fchdir, Argument.Slot(Place)));
        Child(what, Step.Call(Nr.Mount, _plan.Text(source), _plan.Text("."), _plan.Text(type), (long)flags, data.Length == 0 ? 0 : _plan.Text(data)));
    }

    private void SetAttributes(string what, int slot, ulong set, ulong clear, ulong propagation, bool recursive)
    {
        Span<byte> attributes = stackalloc byte[32];
        attributes.Clear();
        BinaryPrimitives.WriteUInt64LittleEndian(attributes, set);
        BinaryPrimitives.WriteUInt64LittleEndian(attributes[8..], clear);
        BinaryPrimitives.WriteUInt64LittleEndian(attributes[16..], propagation);
        Child(
            string.Create(CultureInfo.InvariantCulture, $"set the attributes of mount {what}"),
            Step.Call(Nr.MountSetattr, Argument.Slot(slot), _plan.Text(""), AT_EMPTY_PATH | (recursive ? AT_RECURSIVE : 0), _plan.Block(attributes), 32));
    }

    private static long MakeDevice(long major, long minor) => (minor & 0xFF) | ((major & 0xFFF) << 8) | ((minor & ~0xFFL) << 12) | ((major & ~0xFFFL) << 32);
}

using Quai.Linux.Mounts;
using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Quai.Errors;
using Quai.Linux;
using Quai.Linux.Kernel;
using Quai.Oci.Runtime;
using Quai.Runtime.Cgroups;
using Quai.Plans;
using static Quai.Linux.Kernel.MountFlags;
using static Quai.Linux.Kernel.OpenFlags;
using static Quai.Plans.PlanWriter;
using Nr = Quai.Linux.Kernel.SystemCallNumber;

namespace Quai.Runtime.Specs;

/// <content>The root, the mounts in it, its devices, and the change of root. Everything happens in the container's own mount namespace.</content>
public sealed partial class SpecCompiler
{
    private void CompileRoot(OverlayRoot? overlay)
    {
        ulong propagation = _linux.RootfsPropagation switch
        {
            "private" or "rprivate" or "unbindable" or "runbindable" => MS_PRIVATE,
            _ => MS_SLAVE,
        };
        OpenSharedSources();

        // Nothing mounted here may ever appear on the host: what is to be shared with it was opened before, and stays shared.
        if (!_host.RootIsMounted)
        {
            EnterTopOfMounts();
        }

        Child("part the mounts from the host's", Step.Call(Nr.Mount, 0, _plan.Text("/"), 0, (long)(MS_REC | propagation), 0));
        if (!_host.RootIsMounted)
        {
            Child("return to the root", Step.Call(Nr.Fchdir, Argument.Slot(_ownRoot)));
            Child("return to the root", Step.Call(Nr.Chroot, _plan.Text(".")));
        }

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
        }
        else
        {
            Child($"bind the root {root}", Step.Call(Nr.Mount, _plan.Text(root), _plan.Text(root), 0, (long)(MS_BIND | MS_REC), 0));
        }

        Child($"open the root {root}", Step.Call(Nr.Openat, AT_FDCWD, _plan.Text(root), O_PATH | O_DIRECTORY | O_CLOEXEC, 0).Into(PlanSlot.Root));
    }

    /// <summary>What programs expect in the root of every Docker container, whatever the image has there. The container may change it from then on.</summary>
    private void CompileOwnFiles()
    {
        Child("make /.dockerenv", Step.Call(Nr.Mknodat, Argument.Slot(PlanSlot.Root), _plan.Text(".dockerenv"), ProcessConstants.S_IFREG | 0x1ED, 0).Tolerating(Errno.EEXIST));
        OpenPlace("/etc", file: false);
        Child("remove /etc/mtab", Step.Call(Nr.Unlinkat, Argument.Slot(Place), _plan.Text("mtab"), 0).Tolerating(Errno.ENOENT, Errno.EISDIR));
        Child("link /etc/mtab", Step.Call(Nr.Symlinkat, _plan.Text("/proc/mounts"), Argument.Slot(Place), _plan.Text("mtab")).Tolerating(Errno.EEXIST));
        ClosePlace();
    }

    private static string OverlayOptions(OverlayRoot overlay)
    {
        StringBuilder text = new("lowerdir=");
        text.AppendJoin(':', overlay.Lower).Append(",upperdir=").Append(overlay.Upper).Append(",workdir=").Append(overlay.Work).Append(",index=off").Append(OverlayMarks.MountOption);
        return text.ToString();
    }

    private void CompileMounts()
    {
        int devOpened = -1;
        for (int i = 0; i < (_spec.Mounts?.Count ?? 0); i++)
        {
            Mount mount = _spec.Mounts![i];
            MountOptions options = MountOptions.Parse(mount.Options);
            if (devOpened < 0 && i > 0 && SpecRules.Normal(_spec.Mounts![i - 1].Destination) == "/dev")
            {
                OpenKernelDirectory("/dev", PlanSlot.DevMount, 0);
                devOpened = i;
            }

            if (mount.Layers is { } layers)
            {
                CompileLayers(mount, layers, options);
            }
            else if (mount.Type == "bind" || options.Bind || options.Recursive)
            {
                CompileBind(mount, options);
            }
            else if (mount.Type == "cgroup" && !_host.Cgroups.IsUnified)
            {
                CompileCgroupMounts(mount, options);
            }
            else
            {
                string type = mount.Type == "cgroup" ? "cgroup2" : mount.Type ?? "";
                if (options.Remount)
                {
                    OpenPlace(mount.Destination, file: false);
                    MountHere($"change the mount at {mount.Destination}", mount.Source ?? type, type, options.Flags, options.Data);
                    ClosePlace();
                    continue;
                }

                if (type == "tmpfs" && (options.CopiesUp || !options.Data.Split(',').Any(o => o.StartsWith("mode=", StringComparison.Ordinal))))
                {
                    MountTmpfs(mount, options);
                    continue;
                }

                OpenPlace(mount.Destination, file: false);
                if (type == "proc" && _joinsProcessIds)
                {
                    if (options.Data.Length > 0)
                    {
                        throw QuaiException.Invalid($"options of the procfs at {mount.Destination} are not possible in a process namespace that is joined: {options.Data}");
                    }

                    Child($"mount proc at {mount.Destination}", Step.Of(
                        PlanOperation.MountProcfs, Argument.Slot(Place), Argument.Slot(_processIdsSlot), (long)options.SetAttributes,
                        _memberSlot < 0 ? -1 : Argument.Slot(_memberSlot), Argument.Slot(PlanSlot.Procfs)));
                }
                else
                {
                    MountHere($"mount {type} at {mount.Destination}", mount.Source ?? type, type, options.Flags, options.Data);
                }

                ClosePlace();
                SetPropagation(mount.Destination, options);
            }
        }

        if (_spec.Process!.Cwd is { Length: > 1 } cwd)
        {
            Child($"open mount point {cwd}", Step.Of(PlanOperation.MountPoint, Argument.Slot(PlanSlot.Root), _plan.Text(cwd), 0, (long)PlaceRules.InsideProcfs).Into(Place));
            ClosePlace();
        }

        OpenKernelDirectory("/proc", PlanSlot.ProcMount, IsMounted("/proc") ? PROC_SUPER_MAGIC : 0);
        OpenKernelDirectory("/sys", PlanSlot.SysMount, IsMounted("/sys", "sysfs") ? SYSFS_MAGIC : 0);
        if (devOpened < 0)
        {
            OpenPlace("/dev", file: false);
            ClosePlace();
            OpenKernelDirectory("/dev", PlanSlot.DevMount, 0, mayLack: false);
        }
    }

    private bool IsMounted(string destination, string? type = null) =>
        (_spec.Mounts ?? []).Any(m => SpecRules.Normal(m.Destination) == destination && (type is null || m.Type == type));

    /// <summary>Opens the mount at one of the kernel's places, verified to be what it must be: everything done to it uses this descriptor.</summary>
    private void OpenKernelDirectory(string path, int slot, long magic, bool mayLack = true) =>
        Child($"open {path}", Step.Of(PlanOperation.OpenDirectory, Argument.Slot(PlanSlot.Root), _plan.Text(path), magic, magic == PROC_SUPER_MAGIC ? 1 : 0, mayLack ? 1 : 0).Into(slot));

    /// <summary>Makes paths read-only and hides them, each on the mount that it is meant for.</summary>
    private void CompileHiding()
    {
        foreach (string path in _linux.ReadonlyPaths ?? [])
        {
            (int slot, string beneath, bool links) = DirectoryOf(path);
            Child($"make {path} read-only", Step.Of(PlanOperation.ReadOnlyPath, Argument.Slot(slot), _plan.Text(beneath), 0, links ? 1 : 0));
        }

        if (_linux.MaskedPaths is not { Count: > 0 } masked)
        {
            return;
        }

        Child("open /dev/null", Step.Of(PlanOperation.OpenDevice, Argument.Slot(PlanSlot.DevMount), _plan.Text("null"), MakeDevice(1, 3)).Into(PlanSlot.NullDevice));
        foreach (string path in masked)
        {
            (int slot, string beneath, bool links) = DirectoryOf(path);
            Child($"mask {path}", Step.Of(PlanOperation.Mask, Argument.Slot(slot), _plan.Text(beneath), Argument.Slot(PlanSlot.NullDevice), links ? 1 : 0));
        }
    }

    /// <summary>The mount on which a path is hidden, and the rest of the path; outside the kernel's places links are followed, within the root.</summary>
    private static (int Slot, string Beneath, bool Links) DirectoryOf(string path)
    {
        string normal = SpecRules.Normal(path);
        return normal.StartsWith("/proc/", StringComparison.Ordinal) ? (PlanSlot.ProcMount, normal[6..], false)
            : normal.StartsWith("/sys/", StringComparison.Ordinal) ? (PlanSlot.SysMount, normal[5..], false)
            : (PlanSlot.Root, normal, true);
    }

    private void CompileCgroupMounts(Mount mount, MountOptions options)
    {
        bool own = (_newNamespaces & CloneFlags.CLONE_NEWCGROUP) != 0;
        OpenPlace(mount.Destination, file: false);
        MountHere($"mount tmpfs at {mount.Destination}", "tmpfs", "tmpfs", options.Flags & ~MS_RDONLY, "mode=755");
        ClosePlace();
        foreach (CgroupHierarchy hierarchy in _host.Cgroups.Hierarchies)
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
                CompileBind(hierarchy.MountPoint + _linux.CgroupsPath, new Mount { Destination = at }, options with { Propagation = 0 }, file: false);
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

    private void CompilePivot()
    {
        if (!_host.RootIsMounted)
        {
            EnterTopOfMounts();
        }

        Child("enter the root", Step.Call(Nr.Fchdir, Argument.Slot(PlanSlot.Root)));
        Child("change the root", Step.Call(Nr.PivotRoot, _plan.Text("."), _plan.Text(".")));

        // The old root is now mounted over the new one. It was detached from the host's at the beginning, so that unmounting it never reaches the host.
        Child("leave the old root", Step.Call(Nr.Umount2, _plan.Text("."), MNT_DETACH));
        Child("enter /", Step.Call(Nr.Chdir, _plan.Text("/")));
        if (_linux.RootfsPropagation is "shared" or "rshared")
        {
            // Including those created from within, since the host is not involved.
            Child("share the root", Step.Call(Nr.Mount, 0, _plan.Text("/"), 0, (long)MS_SHARED, 0));
        }
        else if (_linux.RootfsPropagation is "unbindable" or "runbindable")
        {
            Child("make the root unbindable", Step.Call(Nr.Mount, 0, _plan.Text("/"), 0, (long)(MS_UNBINDABLE | (_linux.RootfsPropagation[0] == 'r' ? MS_REC : 0)), 0));
        }
    }

    private void OpenPlace(string destination, bool file)
    {
        string path = SpecRules.Normal(destination);
        Child($"open mount point {path}", Step.Of(PlanOperation.MountPoint, Argument.Slot(PlanSlot.Root), _plan.Text(path), file ? 1 : 0, (long)RulesOf(path)).Into(Place));
    }

    private void ClosePlace() => Child("close", Step.Call(Nr.Close, Argument.Slot(Place)));

    /// <summary>A tmpfs that takes the mode of the directory it covers.</summary>
    private void MountTmpfs(Mount mount, MountOptions options)
    {
        string path = SpecRules.Normal(mount.Destination);
        Child($"mount tmpfs at {mount.Destination}", Step.Of(
            options.CopiesUp ? PlanOperation.MountTmpfsWithContents : PlanOperation.MountTmpfs, Argument.Slot(PlanSlot.Root), _plan.Text(path), _plan.Text(mount.Source ?? "tmpfs"), (long)options.Flags,
            options.Data.Length == 0 ? 0 : _plan.Text(options.Data), (long)RulesOf(path)));
        SetPropagation(mount.Destination, options);
    }

    /// <summary>The propagation of the new mount, not of what it covers, and what mount(2) cannot say.</summary>
    private void SetPropagation(string destination, MountOptions options)
    {
        if (options.Propagation != 0 || options.AllSet != 0)
        {
            OpenPlace(destination, file: false);
            SetAttributes(destination, Place, options.AllSet, options.AllSet & MOUNT_ATTR_ATIME, options.Propagation, recursive: false);
            ClosePlace();
        }
    }

    /// <summary>
    /// The top of this mount namespace, for a runtime whose root is a directory of it and no mount (a chroot): what concerns the namespace as a whole is done there.
    /// The runtime's own root stays open, for the way back.
    /// </summary>
    private void EnterTopOfMounts()
    {
        if (_ownRoot == 0)
        {
            _ownRoot = _plan.NewSlot();
            _ownMounts = _plan.NewSlot();
            Child("open the root", Step.Call(Nr.Openat, AT_FDCWD, _plan.Text("/"), O_PATH | O_DIRECTORY | O_CLOEXEC, 0).Into(_ownRoot));
            Child("open the mount namespace", Step.Call(Nr.Openat, Argument.Slot(PlanSlot.Procfs), _plan.Text("self/ns/mnt"), O_RDONLY | O_CLOEXEC, 0).Into(_ownMounts));
        }

        Child("enter the top of the mount namespace", Step.Call(Nr.Setns, Argument.Slot(_ownMounts), (long)CloneFlags.CLONE_NEWNS));
    }

    private static PlaceRules RulesOf(string path) =>
        (SpecRules.IsKernels(path) ? PlaceRules.NoLinks : 0) | (SpecRules.MayLieInProcfs(path) ? PlaceRules.InsideProcfs : 0);

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
}

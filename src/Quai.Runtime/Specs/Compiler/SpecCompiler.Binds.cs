using Quai.Errors;
using Quai.Linux.Kernel;
using Quai.Linux.Mounts;
using Quai.Oci.Runtime;
using Quai.Plans;
using static Quai.Linux.Kernel.MountFlags;
using static Quai.Linux.Kernel.OpenFlags;
using static Quai.Plans.PlanWriter;
using Nr = Quai.Linux.Kernel.SystemCallNumber;

namespace Quai.Runtime.Specs;

/// <content>Binds: of folders and files of the host, of parts of them, and of images.</content>
public sealed partial class SpecCompiler
{
    private const int MaxSharedSources = 16;

    /// <summary>Descriptors of trees that were opened before everything else, by source and destination; each is used once.</summary>
    private readonly Dictionary<(string Source, string Destination), int> _sharedSources = [];

    /// <summary>Opens the sources of binds that propagate mounts to the host: while they are still in its peer groups.</summary>
    private void OpenSharedSources()
    {
        foreach (Mount mount in _spec.Mounts ?? [])
        {
            MountOptions options = MountOptions.Parse(mount.Options);
            if (mount is { Source: { } source, Subpath: null } && options is { Propagation: MS_SHARED, Bind: true, Remount: false } && !_mapped.ContainsKey(mount) && !_sharedSources.ContainsKey((source, mount.Destination)))
            {
                if (_sharedSources.Count == MaxSharedSources)
                {
                    throw QuaiException.Invalid($"a container may have no more than {MaxSharedSources} binds with shared propagation");
                }

                int slot = _plan.NewSlot();
                Child($"bind {source}", Step.Call(Nr.OpenTree, AT_FDCWD, _plan.Text(source), FlagsOfTree(options)).Into(slot));
                _sharedSources.Add((source, mount.Destination), slot);
            }
        }
    }

    private static long FlagsOfTree(MountOptions options) => (long)(OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC) | (options.Recursive ? AT_RECURSIVE : 0);

    private void CompileBind(Mount mount, MountOptions options)
    {
        string source = mount.Source ?? throw QuaiException.Invalid($"the bind mount at {mount.Destination} has no source");
        string seen = mount.Subpath is null ? source : Path.Join(source, mount.Subpath);
        CompileBind(source, mount, options, file: !Directory.Exists(seen) && Path.Exists(seen));
    }

    private void CompileBind(string source, Mount mount, MountOptions options, bool file)
    {
        (string? subpath, string destination) = (mount.Subpath, mount.Destination);
        if (options.Remount)
        {
            ChangeMount(destination, options, file);
            return;
        }

        long flags = FlagsOfTree(options);
        string name = source;
        int tree = Tree;
        if (_mapped.Remove(mount, out int mapped))
        {
            tree = mapped;
        }
        else if (subpath is null && _sharedSources.Remove((source, destination), out int shared))
        {
            tree = shared;
        }
        else if (subpath is null)
        {
            Child($"bind {source}", Step.Call(Nr.OpenTree, AT_FDCWD, _plan.Text(source), flags).Into(Tree));
        }
        else
        {
            // Opened here and now, beneath its source: writers there may change what the path means at any time.
            name = $"{subpath} of {source}";
            Child($"open {name}", Step.Of(PlanOperation.OpenBeneath, _plan.Text(source), _plan.Text(subpath)).Into(PlanSlot.Scratch));
            Child($"bind {name}", Step.Call(Nr.OpenTree, Argument.Slot(PlanSlot.Scratch), _plan.Text(""), AT_EMPTY_PATH | flags).Into(Tree));
            Child("close", Step.Call(Nr.Close, Argument.Slot(PlanSlot.Scratch)));
        }

        if (SpecRules.Normal(destination) == "/proc")
        {
            Child($"look at {name}, which is to be mounted at /proc", Step.Of(PlanOperation.CheckProcfs, Argument.Slot(tree)));
        }

        if (mount.OwnersFile is { } owners)
        {
            MapOwners(name, tree, owners, options.Recursive);
        }

        ulong propagation = options.Propagation == 0 ? MS_PRIVATE : options.Propagation;
        ulong set = options.SetAttributes, clear = options.ClearAttributes;
        if (options.Recursive && (set | clear) != 0)
        {
            // Attributes for the top mount alone, propagation for all.
            SetAttributes(name, tree, set, clear, 0, recursive: false);
            (set, clear) = (0, 0);
        }

        SetAttributes(name, tree, set | options.AllSet, clear | options.AllClear, propagation, options.Recursive);

        OpenPlace(destination, file);
        Child(
            $"mount {name}, a {(file ? "file" : "directory")}, at {destination} (if that is none: are you trying to mount a directory onto a file, or vice versa?)",
            Step.Call(Nr.MoveMount, Argument.Slot(tree), _plan.Text(""), Argument.Slot(Place), _plan.Text(""), MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH));
        Child("close", Step.Call(Nr.Close, Argument.Slot(tree)));
        ClosePlace();
    }

    /// <summary>
    /// Binds a file system of layers. It is mounted for a moment over the root, which is open and used by its descriptor only: this needs no other place,
    /// and, since paths are relative to the layers' folder, a hundred layers fit into the options of one mount.
    /// </summary>
    private void CompileLayers(Mount mount, MountLayers layers, MountOptions options)
    {
        if (layers is { Upper: null, Lower: [var only] })
        {
            // overlayfs wants two.
            CompileBind(Path.Join(layers.Root, only), mount, options, layers.IsFile);
            return;
        }

        string at = _spec.Root!.Path, text = "lowerdir=" + string.Join(':', layers.Lower) + (layers.Upper is null ? "" : $",upperdir={layers.Upper},workdir={layers.Work}") + OverlayMarks.MountOption;
        if (text.Length > 4000)
        {
            throw QuaiException.Invalid($"the image has too many layers to mount ({layers.Lower.Count})");
        }

        Child($"enter {layers.Root}", Step.Call(Nr.Chdir, _plan.Text(layers.Root)));
        Child($"mount the image for {mount.Destination}", Step.Call(Nr.Mount, _plan.Text("overlay"), _plan.Text(at), _plan.Text("overlay"), layers.Upper is null ? (long)MS_RDONLY : 0, _plan.Text(text)));
        CompileBind(at, mount, options, layers.IsFile);
        Child($"uncover {at}", Step.Call(Nr.Umount2, _plan.Text(at), MNT_DETACH));
    }

    /// <summary>A bind with <c>remount</c>: what is at the destination gets other attributes.</summary>
    private void ChangeMount(string destination, MountOptions options, bool file)
    {
        OpenPlace(destination, file);
        SetAttributes(destination, Place, options.SetAttributes | options.AllSet, options.ClearAttributes | options.AllClear, options.Propagation, recursive: false);
        ClosePlace();
    }

    /// <summary>Has a tree that is mounted nowhere yet show other owners.</summary>
    private void MapOwners(string name, int tree, string owners, bool recursive)
    {
        Child($"open the map of owners for {name}", Step.Call(Nr.Openat, AT_FDCWD, _plan.Text(owners), O_RDONLY | O_CLOEXEC, 0).Into(PlanSlot.Scratch));
        Child(
            $"set the attributes of mount {name} to map its owners (not every file system can)",
            Step.Of(PlanOperation.MapOwners, Argument.Slot(tree), Argument.Slot(PlanSlot.Scratch), recursive ? 1 : 0));
        Child("close", Step.Call(Nr.Close, Argument.Slot(PlanSlot.Scratch)));
    }
}

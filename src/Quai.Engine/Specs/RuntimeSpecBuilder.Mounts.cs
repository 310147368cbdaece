using System.Globalization;
using Quai.Engine.Containers.Spec;
using Quai.Oci.Runtime;

namespace Quai.Engine.Specs;

public static partial class RuntimeSpecBuilder
{
    private const string SharedMemory = "/dev/shm";

    /// <summary>The system's own mounts first, then the others, those with short paths before what may be below them.</summary>
    private static List<Mount> BuildMounts(SpecRequest request, SecurityOptions security)
    {
        ContainerSpec spec = request.Spec;
        List<SpecMount> wanted = [.. request.Mounts];
        bool hasOwnSharedMemory = wanted.Exists(mount => mount.Destination == SharedMemory);
        bool sharesMemory = request.Ipc.IsHost || request.SharedMemoryPath is not null;
        if (sharesMemory && !hasOwnSharedMemory)
        {
            wanted.Add(new() { Destination = SharedMemory, Source = request.SharedMemoryPath ?? SharedMemory, Propagation = "rprivate" });
        }

        HashSet<string> taken = [.. wanted.Select(mount => mount.Destination)];
        List<Mount> mounts = SystemMounts(spec, security.WritableCgroups ?? spec.Security.Privileged);
        mounts.RemoveAll(mount =>
            taken.Contains(mount.Destination)
            || (mount.Destination.StartsWith("/dev/", StringComparison.Ordinal) && taken.Contains("/dev"))
            || (mount.Destination == SharedMemory && spec.Namespaces.Ipc.IsNone));
        mounts.AddRange(wanted.OrderBy(mount => Depth(mount.Destination)).Select(ToMount));
        if (HasInit(request))
        {
            string init = request.InitPath ?? throw Errors.QuaiException.System("the init program for --init is not installed");
            mounts.Add(new() { Destination = InitDestination, Type = "bind", Source = init, Options = ["bind", "ro"] });
        }

        return mounts;
    }

    private static List<Mount> SystemMounts(ContainerSpec spec, bool writableCgroups)
    {
        // A privileged container may change what /sys and the cgroups show.
        List<string> sysOptions = KernelOptions(spec.Security.Privileged), cgroupOptions = KernelOptions(writableCgroups);
        string size = (spec.SharedMemorySize > 0 ? spec.SharedMemorySize : 64L << 20).ToString(CultureInfo.InvariantCulture);
        return
        [
            new() { Destination = "/proc", Type = "proc", Source = "proc", Options = ["nosuid", "noexec", "nodev"] },
            new() { Destination = "/dev", Type = "tmpfs", Source = "tmpfs", Options = ["nosuid", "strictatime", "mode=755", "size=65536k"] },
            new() { Destination = "/dev/pts", Type = "devpts", Source = "devpts", Options = ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"] },
            new() { Destination = "/sys", Type = "sysfs", Source = "sysfs", Options = sysOptions },
            new() { Destination = "/sys/fs/cgroup", Type = "cgroup", Source = "cgroup", Options = cgroupOptions },
            new() { Destination = "/dev/mqueue", Type = "mqueue", Source = "mqueue", Options = ["nosuid", "noexec", "nodev"] },
            new() { Destination = SharedMemory, Type = "tmpfs", Source = "shm", Options = ["nosuid", "noexec", "nodev", "mode=1777", $"size={size}"] },
        ];
    }

    private static List<string> KernelOptions(bool writable) => writable ? ["nosuid", "noexec", "nodev"] : ["nosuid", "noexec", "nodev", "ro"];

    private static Mount ToMount(SpecMount mount)
    {
        if (mount.Source is null)
        {
            return new() { Destination = mount.Destination, Type = "tmpfs", Source = "tmpfs", Options = TmpfsOptions(mount) };
        }

        List<string> options = [mount.NonRecursive ? "bind" : "rbind"];
        if (mount.ReadOnly)
        {
            options.Add(mount.ReadOnlyNonRecursive || mount.NonRecursive ? "ro" : "rro");
        }

        if (mount.Propagation.Length > 0)
        {
            options.Add(mount.Propagation);
        }

        return new() { Destination = mount.Destination, Type = "bind", Source = mount.Source, Subpath = mount.Subpath, Layers = mount.Layers, OwnersFile = mount.OwnersFile, Options = options };
    }

    /// <summary>Docker's defaults except where a user's option reverses one.</summary>
    private static List<string> TmpfsOptions(SpecMount mount)
    {
        List<string> options = ["noexec", "nosuid", "nodev", "rprivate"];
        foreach (string option in mount.TmpfsOptions.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            options.RemoveAll(other => other == option || other == "no" + option);
            options.Add(option);
        }

        if (mount.ReadOnly && !options.Contains("ro"))
        {
            options.Add("ro");
        }

        return options;
    }

    /// <summary>A root that receives mounts from the host, if a bind requires that.</summary>
    private static string? PropagationOf(IReadOnlyList<SpecMount> mounts) =>
        mounts.Any(mount => mount.Propagation is "shared" or "rshared") ? "shared"
        : mounts.Any(mount => mount.Propagation is "slave" or "rslave") ? "rslave"
        : null;

    private static int Depth(string path) => path == "/" ? 0 : path.Count(c => c == '/');
}

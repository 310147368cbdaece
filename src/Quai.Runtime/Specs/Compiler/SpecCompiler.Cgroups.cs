using Quai.Errors;
using Quai.Linux;
using Quai.Linux.Kernel;
using Quai.Oci.Runtime;
using Quai.Runtime.Cgroups;
using Quai.Plans;
using static Quai.Linux.Kernel.OpenFlags;
using static Quai.Plans.PlanWriter;
using Nr = Quai.Linux.Kernel.SystemCallNumber;

namespace Quai.Runtime.Specs;

/// <content>Control groups: created and limited by the cloning process, joined by the child itself.</content>
public sealed partial class SpecCompiler
{
    private void CompileCgroups()
    {
        string? path = _linux.CgroupsPath;
        if (string.IsNullOrEmpty(path) || _host.Cgroups.Hierarchies.Count == 0)
        {
            return;
        }

        // Every user of a container may read its groups, whatever umask the caller has.
        Parent("set umask", Step.Call(Nr.Umask, 0x12));
        if (_host.Cgroups.IsUnified)
        {
            CompileUnified(_host.Cgroups.Hierarchies[0].MountPoint, path);
            return;
        }

        Resources resources = _linux.Resources ?? new Resources();
        (string File, string Value)[] limits = [.. LegacyLimits.Of(resources, _host.Cgroups).Where(l => !_host.IsInUserNamespace || !l.File.StartsWith("devices.", StringComparison.Ordinal))];
        if (limits.FirstOrDefault(l => ControllerOf(l.File) is not "devices" and var c && !_host.Cgroups.Hierarchies.Any(h => h.Controllers.Contains(c))) is { File: { } missing })
        {
            throw QuaiException.Invalid($"{missing} cannot be set: this machine has no controller {ControllerOf(missing)}");
        }

        if (resources.Unified is { Count: > 0 } unified)
        {
            throw QuaiException.Invalid($"{unified.First().Key} is a file of cgroup v2, and this machine has cgroup v1");
        }

        foreach (CgroupHierarchy hierarchy in _host.Cgroups.Hierarchies)
        {
            string directory = hierarchy.MountPoint + path;
            Parent($"make cgroup {directory}", Step.Of(PlanOperation.MakeDirectories, _plan.Text(directory), 0x1ED).Tolerating(Errno.EEXIST));
            if (hierarchy.Controllers.Contains("cpuset"))
            {
                InheritCpuset(hierarchy.MountPoint, path);
            }

            for (int i = 0; i < limits.Length; i++)
            {
                (string file, string value) = limits[i];
                if (!hierarchy.Controllers.Contains(ControllerOf(file)))
                {
                    continue;
                }

                string what = $"set {file} to {value}";
                int end = i + 1;
                while (end < limits.Length && limits[end].File == file)
                {
                    value += "\n" + limits[end++].Value;
                }

                Parent(end > i + 1 ? "set " + file : what, end > i + 1 ? WriteLines(directory + "/" + file, value) : WriteFile(directory + "/" + file, value));
                i = end - 1;
            }

            // A process that moves only itself, through "tasks", saves the kernel a grace period that moving another one costs.
            Child($"join cgroup {directory}", WriteFile(directory + "/tasks", "0"));
            if (hierarchy.Controllers.Contains("memory"))
            {
                _plan.SetHeaderText(nameof(PlanHeader.OomPath), directory + "/memory.oom_control");
                _plan.SetHeaderText(nameof(PlanHeader.OomKey), "oom_kill ");
            }

            if (hierarchy.Controllers.Contains("pids") && (_newNamespaces & CloneFlags.CLONE_NEWPID) == 0)
            {
                _plan.SetHeaderText(nameof(PlanHeader.KillPath), directory + "/cgroup.procs");
            }
        }
    }

    /// <summary>Gives the group to the root of the container's user namespace, if the container sees it as its own and may write to it (config-linux.md, "Cgroup ownership").</summary>
    private void Delegate(string directory)
    {
        const ulong Both = CloneFlags.CLONE_NEWCGROUP | CloneFlags.CLONE_NEWUSER;
        bool writable = (_spec.Mounts ?? []).Any(m => m.Source == "cgroup" && SpecRules.Normal(m.Destination) == "/sys/fs/cgroup" && m.Options?.Contains("ro") is not true);
        if (!writable || (_newNamespaces & Both) != Both || _linux.UidMappings?.Find(m => m.ContainerId == 0) is not { } root)
        {
            return;
        }

        uint owner = root.HostId;
        Parent($"own cgroup {directory}", Step.Call(Nr.Fchownat, AT_FDCWD, _plan.Text(directory), owner, -1, 0));
        foreach (string file in _host.DelegatedFiles)
        {
            Parent($"own {directory}/{file}", Step.Call(Nr.Fchownat, AT_FDCWD, _plan.Text(directory + "/" + file), owner, -1, 0).Tolerating(Errno.ENOENT));
        }
    }

    private static string ControllerOf(string file) => file[..file.IndexOf('.', StringComparison.Ordinal)];

    private void InheritCpuset(string mountPoint, string path)
    {
        string parent = mountPoint;
        foreach (string part in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            string child = parent + "/" + part;
            foreach (string file in (ReadOnlySpan<string>)["/cpuset.cpus", "/cpuset.mems"])
            {
                Parent($"inherit {child}{file}", Step.Of(PlanOperation.InheritFile, _plan.Text(parent + file), _plan.Text(child + file)));
            }

            parent = child;
        }
    }

    private void CompileUnified(string mountPoint, string path)
    {
        string directory = mountPoint + path;
        string enable = string.Join(' ', _host.Cgroups.Controllers.Select(c => "+" + c));
        string parent = mountPoint;
        foreach (string part in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            // What is above the delegated group belongs to others.
            if (enable.Length > 0 && parent.Length >= mountPoint.Length + _host.Cgroups.Base.Length)
            {
                Parent($"enable controllers below {parent}", WriteFile(parent + "/cgroup.subtree_control", enable).Tolerating(Errno.EBUSY, Errno.EINVAL));
            }

            parent += "/" + part;
            Parent($"make cgroup {parent}", Step.Call(Nr.Mkdirat, AT_FDCWD, _plan.Text(parent), 0x1ED).Tolerating(Errno.EEXIST));
        }

        foreach ((string file, string value) in UnifiedLimits.Of(_linux.Resources ?? new Resources(), _host.Cgroups))
        {
            Parent($"set {file} to {value}", WriteFile(directory + "/" + file, value));
        }

        Delegate(directory);
        Parent($"open cgroup {directory}", Step.Call(Nr.Openat, AT_FDCWD, _plan.Text(directory), O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0).Into(PlanSlot.Cgroup));
        CompileDeviceFilter();
        _plan.Header.CgroupSlot = PlanSlot.Cgroup;
        _plan.SetHeaderText(nameof(PlanHeader.OomPath), directory + "/memory.events");
        _plan.SetHeaderText(nameof(PlanHeader.OomKey), "oom_kill ");
        if ((_newNamespaces & CloneFlags.CLONE_NEWPID) == 0)
        {
            _plan.SetHeaderText(nameof(PlanHeader.KillPath), directory + "/cgroup.procs");
        }
    }
}

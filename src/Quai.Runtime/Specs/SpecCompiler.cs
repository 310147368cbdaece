using Quai.Errors;
using Quai.Linux;
using Quai.Linux.Kernel;
using Quai.Oci.Runtime;
using Quai.Runtime.Cgroups;
using Quai.Runtime.Plans;
using static Quai.Linux.Kernel.OpenFlags;
using static Quai.Runtime.Plans.PlanWriter;
using Nr = Quai.Linux.Kernel.SystemCallNumber;

namespace Quai.Runtime.Specs;

/// <summary>
/// Compiles a container's runtime config into a plan. All decisions are made here, in a process with a heap;
/// what is left for the container's first process is a list of system calls.
/// </summary>
internal sealed partial class SpecCompiler
{
    private const int Tree = 13, Place = 14;

    private readonly PlanWriter _plan = new();
    private readonly RuntimeSpec _spec;
    private readonly LinuxSection _linux;
    private readonly ulong _newNamespaces;
    private readonly List<(ulong Flag, int Slot)> _joined = [];

    private SpecCompiler(RuntimeSpec spec)
    {
        _spec = spec;
        _linux = spec.Linux ?? new LinuxSection();
        if (_linux.Resources?.Devices is { } devices)
        {
            _linux.Resources.Devices = DefaultDevices.Complete(devices);
        }

        foreach (LinuxNamespace ns in _linux.Namespaces ?? [])
        {
            ulong flag = FlagOf(ns.Type);
            if (string.IsNullOrEmpty(ns.Path))
            {
                _newNamespaces |= flag;
            }
            else
            {
                int slot = flag == CloneFlags.CLONE_NEWPID ? PlanSlot.PidNamespace : _plan.NewSlot();
                Parent($"open namespace {ns.Path}", Step.Call(Nr.Openat, AT_FDCWD, _plan.Text(ns.Path), O_RDONLY | O_CLOEXEC, 0).Into(slot));
                if (flag == CloneFlags.CLONE_NEWPID)
                {
                    _plan.Header.PidNamespaceSlot = slot;
                }
                else
                {
                    _joined.Add((flag, slot));
                }
            }
        }
    }

    /// <summary>What a compilation needs beside the config.</summary>
    internal sealed record Settings
    {
        /// <summary>The overlay to mount as root, or null for the root's own directory.</summary>
        public OverlayRoot? Overlay { get; init; }

        /// <summary>Requests that connect the new network namespace; without any, loopback alone is brought up.</summary>
        public IReadOnlyList<NetlinkRequest> Network { get; init; } = [];

        /// <summary>Whether the process waits at the fifo of slot <see cref="PlanSlot.StartFifo"/> before it executes (create without start).</summary>
        public bool AwaitStart { get; init; }

        /// <summary>Whether the first process dies with the one that cloned it.</summary>
        public bool DieWithParent { get; init; } = true;

        /// <summary>Whether stdio comes from slots; else what the cloning process has is inherited.</summary>
        public bool RedirectStdio { get; init; } = true;
    }

    /// <summary>Compiles a container's start.</summary>
    /// <exception cref="QuaiException">The config asks for something that no plan can do; the sentence says what.</exception>
    public static PlanWriter Compile(RuntimeSpec spec, Settings settings)
    {
        if (spec.Process is null || spec.Process.Args.Count == 0)
        {
            throw QuaiException.Invalid("the config has no process to run");
        }

        if (spec.Root is null)
        {
            throw QuaiException.Invalid("the config has no root");
        }

        SpecCompiler compiler = new(spec);
        compiler.CompileContainer(settings);
        return compiler._plan;
    }

    private void CompileContainer(Settings settings)
    {
        Process process = _spec.Process!;
        bool mounts = (_newNamespaces & CloneFlags.CLONE_NEWNS) != 0;
        _plan.Header.CloneFlags = _newNamespaces & ~CloneFlags.CLONE_NEWCGROUP;
        _plan.Header.Terminal = process.Terminal ? 1 : 0;
        if ((_newNamespaces & CloneFlags.CLONE_NEWUSER) != 0)
        {
            SetMaps();
        }

        CompileCgroups();
        CompileBeginning(settings.DieWithParent);
        CompileNamespaces();
        CompileNetwork(settings.Network);
        if (mounts)
        {
            CompileRoot(settings.Overlay);
            CompileMounts();
            CompileDevices();
            CompilePivot();
        }

        foreach ((string key, string value) in _linux.Sysctl ?? [])
        {
            string path = "/proc/sys/" + key.Replace('.', '/');
            Child($"open {path}", WriteFile(path, value));
        }

        if (mounts)
        {
            foreach (string path in _linux.ReadonlyPaths ?? [])
            {
                Child($"make {path} read-only", Step.Of(PlanOperation.ReadOnlyPath, _plan.Text(path)));
            }

            foreach (string path in _linux.MaskedPaths ?? [])
            {
                Child($"mask {path}", Step.Of(PlanOperation.Mask, _plan.Text(path)));
            }

            if (_spec.Root!.Readonly)
            {
                Child("make the root read-only", Step.Call(Nr.Mount, 0, _plan.Text("/"), 0, (long)(MountFlags.MS_REMOUNT | MountFlags.MS_BIND | MountFlags.MS_RDONLY), 0));
            }
        }

        CompileStdio(process, settings.RedirectStdio, bindConsole: true);
        CompileProcess(process, _linux.Seccomp, settings.AwaitStart);
    }

    private void CompileBeginning(bool dieWithParent)
    {
        Child("set umask", Step.Call(Nr.Umask, 0));
        if (dieWithParent)
        {
            Child("tie to the shim", Step.Call(Nr.Prctl, ProcessConstants.PR_SET_PDEATHSIG, ProcessConstants.SIGKILL));
        }

        Child("make a session", Step.Call(Nr.Setsid).Tolerating(Errno.EPERM));
        Child("make a keyring", Step.Call(Nr.Keyctl, ProcessConstants.KEYCTL_JOIN_SESSION_KEYRING, _plan.Text("_quai"))
            .Tolerating(Errno.ENOSYS, Errno.EDQUOT));
        if (_spec.Process!.OomScoreAdj is { } score)
        {
            Child($"set oom_score_adj to {score}", WriteFile("/proc/self/oom_score_adj", score.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        }
    }

    private void CompileNamespaces()
    {
        foreach ((ulong flag, int slot) in _joined)
        {
            Child($"join a namespace ({NameOf(flag)})", Step.Call(Nr.Setns, Argument.Slot(slot), (long)flag));
        }

        if ((_newNamespaces & CloneFlags.CLONE_NEWCGROUP) != 0)
        {
            // After joining the groups, so that they are its root.
            Child("make a cgroup namespace", Step.Call(Nr.Unshare, (long)CloneFlags.CLONE_NEWCGROUP));
        }

        if ((_newNamespaces & CloneFlags.CLONE_NEWUTS) != 0)
        {
            if (!string.IsNullOrEmpty(_spec.Hostname))
            {
                int length = System.Text.Encoding.UTF8.GetByteCount(_spec.Hostname);
                Child($"set hostname {_spec.Hostname}", Step.Call(Nr.Sethostname, _plan.Text(_spec.Hostname), length));
            }

            if (!string.IsNullOrEmpty(_spec.Domainname))
            {
                int length = System.Text.Encoding.UTF8.GetByteCount(_spec.Domainname);
                Child($"set domainname {_spec.Domainname}", Step.Call(Nr.Setdomainname, _plan.Text(_spec.Domainname), length));
            }
        }
    }

    private void CompileNetwork(IReadOnlyList<NetlinkRequest> requests)
    {
        if ((_newNamespaces & CloneFlags.CLONE_NEWNET) == 0)
        {
            return;
        }

        if (requests.Count == 0)
        {
            Child("bring loopback up", Step.Of(PlanOperation.LoopbackUp));
            return;
        }

        Step socket = Step.Call(Nr.Socket, IoConstants.AF_NETLINK, IoConstants.SOCK_RAW | IoConstants.SOCK_CLOEXEC, IoConstants.NETLINK_ROUTE);
        if (requests.Any(r => r.InHost || r.HostNamespaceFdOffset >= 0))
        {
            Parent("open netlink", socket.Into(PlanSlot.HostNetlink));
            Parent("open the host's network namespace", Step.Call(Nr.Openat, AT_FDCWD, _plan.Text("/proc/self/ns/net"), O_RDONLY | O_CLOEXEC, 0).Into(PlanSlot.HostNetworkNamespace));
        }

        Child("open netlink", socket.Into(PlanSlot.SandboxNetlink));
        foreach (NetlinkRequest request in requests)
        {
            Child(request.What, Step.Of(
                PlanOperation.Netlink,
                Argument.Slot(request.InHost ? PlanSlot.HostNetlink : PlanSlot.SandboxNetlink),
                _plan.Block(request.Bytes),
                request.Bytes.Length,
                request.HostNamespaceFdOffset));
        }
    }

    private void SetMaps()
    {
        static string Map(List<IdMapping>? mappings) => string.Concat((mappings ?? []).Select(m => $"{m.ContainerId} {m.HostId} {m.Size}\n"));
        string uids = Map(_linux.UidMappings), gids = Map(_linux.GidMappings);
        if (uids.Length == 0 || gids.Length == 0)
        {
            throw QuaiException.Invalid("a user namespace needs uidMappings and gidMappings");
        }

        _plan.SetHeaderText(nameof(PlanHeader.UidMap), uids);
        _plan.SetHeaderText(nameof(PlanHeader.GidMap), gids);
        _plan.Header.UidMapLength = uids.Length;
        _plan.Header.GidMapLength = gids.Length;
    }

    private void Parent(string what, Step step) => _plan.Parent(what, step);

    private void Child(string what, Step step) => _plan.Child(what, step);

    private Step WriteFile(string path, string text) =>
        Step.Of(PlanOperation.WriteFile, _plan.Text(path), _plan.Text(text), System.Text.Encoding.UTF8.GetByteCount(text));

    private Step WriteLines(string path, string lines) =>
        Step.Of(PlanOperation.WriteLines, _plan.Text(path), _plan.Text(lines), System.Text.Encoding.UTF8.GetByteCount(lines));

    private static ulong FlagOf(string type) => type switch
    {
        "pid" => CloneFlags.CLONE_NEWPID,
        "network" => CloneFlags.CLONE_NEWNET,
        "mount" => CloneFlags.CLONE_NEWNS,
        "ipc" => CloneFlags.CLONE_NEWIPC,
        "uts" => CloneFlags.CLONE_NEWUTS,
        "user" => CloneFlags.CLONE_NEWUSER,
        "cgroup" => CloneFlags.CLONE_NEWCGROUP,
        "time" => CloneFlags.CLONE_NEWTIME,
        _ => throw QuaiException.Invalid($"unknown namespace type \"{type}\""),
    };

    private static string NameOf(ulong flag) => flag switch
    {
        CloneFlags.CLONE_NEWNET => "network",
        CloneFlags.CLONE_NEWNS => "mount",
        CloneFlags.CLONE_NEWIPC => "ipc",
        CloneFlags.CLONE_NEWUTS => "uts",
        CloneFlags.CLONE_NEWUSER => "user",
        CloneFlags.CLONE_NEWCGROUP => "cgroup",
        CloneFlags.CLONE_NEWTIME => "time",
        _ => "pid",
    };
}

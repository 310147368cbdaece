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

/// <summary>
/// Compiles a container's runtime config into a plan. All decisions are made here, in a process with a heap;
/// what remains for the container's first process is a list of system calls.
/// </summary>
public sealed partial class SpecCompiler
{
    private const int Tree = PlanSlot.Tree, Place = PlanSlot.Place;

    private readonly PlanWriter _plan;
    private readonly HostFacts _host;
    private readonly RuntimeSpec _spec;
    private readonly LinuxSection _linux;
    private readonly ulong _newNamespaces;
    private readonly List<(ulong Flag, int Slot)> _joined = [];

    // Others live in the target process namespace: nothing of this start may be seen there before it is harmless.
    private bool _joinsProcessIds, _dieWithParent;
    private int _processIdsSlot, _memberSlot = -1;

    // Where the root is no mount: the root, and the mount namespace.
    private int _ownRoot, _ownMounts;
    private bool _isExec;

    private SpecCompiler(RuntimeSpec spec, HostFacts host, int newestPlan = PlanVersions.Current)
    {
        _plan = new PlanWriter(newestPlan);
        _host = host;
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
                int slot = _plan.NewSlot();
                Parent($"open namespace {ns.Path}", Step.Call(Nr.Openat, AT_FDCWD, _plan.Text(ns.Path), O_RDONLY | O_CLOEXEC, 0).Into(slot));
                _joined.Add((flag, slot));
                if (flag == CloneFlags.CLONE_NEWPID)
                {
                    _joinsProcessIds = true;
                    _processIdsSlot = slot;
                    OpenMember(ns.Path);
                }
            }
        }
    }

    /// <summary>What a compilation needs besides the config.</summary>
    public sealed record Settings
    {
        /// <summary>The overlay to mount as root, or null for the root's own directory.</summary>
        public OverlayRoot? Overlay { get; init; }

        /// <summary>Requests that connect the new network namespace; without any, only loopback is brought up.</summary>
        public IReadOnlyList<NetlinkRequest> Network { get; init; } = [];

        /// <summary>Whether the new network namespace gets sockets for a name server at 127.0.0.11, which whoever runs the plan finds at slot <see cref="PlanSlot.NameSockets"/>.</summary>
        public bool NameSockets { get; init; }

        /// <summary>The machine that the container is started on.</summary>
        public HostFacts Host { get; init; } = HostFacts.Current;

        /// <summary>Whether the process waits at the fifo of slot <see cref="PlanSlot.StartFifo"/> before it executes (create without start).</summary>
        public bool AwaitStart { get; init; }

        /// <summary>Whether the first process dies with the one that cloned it.</summary>
        public bool DieWithParent { get; init; } = true;

        /// <summary>How many inherited descriptors from 3 on the program inherits in turn.</summary>
        public int Preserved { get; init; }

        /// <summary>What the container is called; needed for hooks, and for a filter that notifies.</summary>
        public ContainerIdentity? Identity { get; init; }

        /// <summary>Whether stdio comes from slots; otherwise the cloning process's is inherited.</summary>
        public bool RedirectStdio { get; init; } = true;
    }

    /// <summary>Compiles a container's start.</summary>
    /// <exception cref="QuaiException">The config asks for something that no plan can do; the sentence says what.</exception>
    public static PlanWriter Compile(RuntimeSpec spec, Settings settings)
    {
        SpecRules.Check(spec);
        SpecCompiler compiler = new(spec, settings.Host);
        compiler.CompileContainer(settings);
        return compiler._plan;
    }

    private void CompileContainer(Settings settings)
    {
        Process process = _spec.Process!;
        bool mounts = (_newNamespaces & CloneFlags.CLONE_NEWNS) != 0;
        _identity = settings.Identity;
        _plan.Header.Preserved = settings.Preserved;

        // Later, by the child: cgroups once it is in them, the time with its offsets.
        _plan.Header.CloneFlags = _newNamespaces & ~(CloneFlags.CLONE_NEWCGROUP | CloneFlags.CLONE_NEWTIME);
        _plan.Header.Terminal = process.Terminal ? 1 : 0;
        if ((_newNamespaces & CloneFlags.CLONE_NEWUSER) != 0)
        {
            SetMaps();
        }

        CompileCgroups();
        OpenMappedSources();
        CompileBeginning(settings.DieWithParent);
        CompileOwner();
        CompileNamespaces();
        CompileNetwork(settings);
        if (mounts)
        {
            CompileRoot(settings.Overlay);
            if (settings.Overlay is { IsNew: true })
            {
                CompileOwnFiles();
            }

            CompileMounts();
            CompileDevices();
            CompileHooksBeforeRoot();
            CompilePivot();
        }
        else
        {
            CompileHooksBeforeRoot();
        }

        foreach ((string key, string value) in _linux.Sysctl ?? [])
        {
            string path = SpecRules.PathOfSysctl(key);
            Child($"write /proc/{path}", WriteProcfs(path, value));
        }

        if (mounts)
        {
            CompileHiding();
            if (_spec.Root!.Readonly)
            {
                SetAttributes("/", PlanSlot.Root, MountFlags.MOUNT_ATTR_RDONLY, 0, 0, recursive: false);
            }
        }

        CompileStdio(process, settings.RedirectStdio, bindConsole: true);
        CompileProcess(process, _linux.Seccomp, settings.AwaitStart);
        CompileHooksOfProgram();
    }

    /// <summary>Of the process whose process namespace is joined, also opens the mount namespace: kernels that cannot make a procfs for other namespaces need a member's.</summary>
    private void OpenMember(string path)
    {
        if (path.Split('/') is ["", "proc", var number, "ns", "pid"] && int.TryParse(number, System.Globalization.CultureInfo.InvariantCulture, out int pid))
        {
            string mounts = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"/proc/{pid}/ns/mnt");
            _memberSlot = _plan.NewSlot();
            Parent($"open namespace {mounts}", Step.Call(Nr.Openat, AT_FDCWD, _plan.Text(mounts), O_RDONLY | O_CLOEXEC, 0).Into(_memberSlot));
        }
    }

    private void CompileBeginning(bool dieWithParent)
    {
        Child("set umask", Step.Call(Nr.Umask, 0));
        Child("open /proc", Step.Of(PlanOperation.OpenDirectory, AT_FDCWD, _plan.Text("/proc"), MountFlags.PROC_SUPER_MAGIC, 1, 0).Into(PlanSlot.Procfs));
        _dieWithParent = dieWithParent;
        if (!_joinsProcessIds)
        {
            CompileSession();
        }

        Child("make a keyring", Step.Call(Nr.Keyctl, ProcessConstants.KEYCTL_JOIN_SESSION_KEYRING, _plan.Text("_quai"))
            .Tolerating(Errno.ENOSYS, Errno.EDQUOT));
        if (_spec.Process!.OomScoreAdj is { } score)
        {
            Child($"set oom_score_adj to {score}", WriteProcfs("self/oom_score_adj", score.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        }
    }

    /// <summary>The creator of a user namespace has no identity in it until it takes one of its ids: what it created could have no owner.</summary>
    private void CompileOwner()
    {
        if ((_newNamespaces & CloneFlags.CLONE_NEWUSER) != 0)
        {
            Child("become the group root of the user namespace", Step.Call(Nr.Setresgid, 0, 0, 0));
            Child("become the root of the user namespace", Step.Call(Nr.Setresuid, 0, 0, 0));
        }
    }

    /// <summary>What a process has of its own and does not pass on to one that it clones.</summary>
    private void CompileSession()
    {
        if (_dieWithParent)
        {
            Child("tie to the shim", Step.Call(Nr.Prctl, ProcessConstants.PR_SET_PDEATHSIG, ProcessConstants.SIGKILL));
        }

        Child("make a session", Step.Call(Nr.Setsid).Tolerating(Errno.EPERM));
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

        if ((_newNamespaces & CloneFlags.CLONE_NEWTIME) != 0)
        {
            CompileTime();
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

    /// <summary>A time namespace is for children, whose clocks must be set before one is in it; a process with one thread may enter its own.</summary>
    private void CompileTime()
    {
        Child("make a time namespace", Step.Call(Nr.Unshare, (long)CloneFlags.CLONE_NEWTIME));
        if (_linux.TimeOffsets is { Count: > 0 } offsets)
        {
            string text = string.Concat(offsets.Select(o => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{o.Key} {o.Value.Secs} {o.Value.Nanosecs}\n")));
            Child($"set the offsets of clocks ({string.Join(", ", offsets.Keys)})", WriteProcfs("self/timens_offsets", text));
        }

        Child("open the time namespace", Step.Call(Nr.Openat, Argument.Slot(PlanSlot.Procfs), _plan.Text("self/ns/time_for_children"), O_RDONLY | O_CLOEXEC, 0).Into(PlanSlot.Scratch));
        Child("enter the time namespace", Step.Call(Nr.Setns, Argument.Slot(PlanSlot.Scratch), (long)CloneFlags.CLONE_NEWTIME));
        Child("close", Step.Call(Nr.Close, Argument.Slot(PlanSlot.Scratch)));
    }

    private void SetMaps()
    {
        string uids = MapText(_linux.UidMappings), gids = MapText(_linux.GidMappings);
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

    /// <summary>Writes to a file of the cloning process's procfs, never through the container's own.</summary>
    private Step WriteProcfs(string path, string text) =>
        Step.Of(PlanOperation.WriteBeneath, Argument.Slot(PlanSlot.Procfs), _plan.Text(path), _plan.Text(text), System.Text.Encoding.UTF8.GetByteCount(text));

    private Step WriteLines(string path, string lines) =>
        Step.Of(PlanOperation.WriteLines, _plan.Text(path), _plan.Text(lines), System.Text.Encoding.UTF8.GetByteCount(lines));

    internal static ulong FlagOf(string type) => type switch
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

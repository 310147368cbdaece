using System.Buffers.Binary;
using System.Globalization;
using Quai.Errors;
using Quai.Linux;
using Quai.Linux.Kernel;
using Quai.Oci.Runtime;
using Quai.Plans;
using Quai.Runtime.SeccompFilters;
using static Quai.Linux.Kernel.OpenFlags;
using static Quai.Plans.PlanWriter;
using Nr = Quai.Linux.Kernel.SystemCallNumber;

namespace Quai.Runtime.Specs;

/// <content>The process itself: stdio, limits, user, capabilities, filter, execution. The same for a container's first process and for execs.</content>
public sealed partial class SpecCompiler
{
    /// <summary>Compiles a process to be run in a running container. Slot <see cref="PlanSlot.ContainerPidfd"/> names it.</summary>
    /// <param name="process">The process.</param>
    /// <param name="seccomp">Its filter, or null.</param>
    /// <param name="cgroupsPath">The container's control group, or null.</param>
    /// <param name="redirectStdio">Whether stdio comes from slots.</param>
    /// <param name="alsoJoined">Kinds of namespaces to join besides those that every container has (<see cref="CloneFlags"/>): user, time.</param>
    /// <param name="preserved">How many inherited descriptors from 3 on the program inherits in turn.</param>
    /// <param name="newestPlan">The newest plan version that the container's shim knows.</param>
    /// <param name="host">The machine; null for this one.</param>
    /// <param name="inheritedContainer">The descriptor under which the process that runs the plan has inherited the container's pidfd; negative if the slot is already filled.</param>
    /// <param name="identity">What the container is called; needed for a filter that notifies.</param>
    /// <exception cref="QuaiException">Something requested is impossible or forbidden.</exception>
    /// <exception cref="PlanVersionException">The shim is too old for it.</exception>
    public static PlanWriter CompileExec(Process process, Oci.Runtime.Seccomp? seccomp, string? cgroupsPath, bool redirectStdio = true, ulong alsoJoined = 0, int preserved = 0, int newestPlan = PlanVersions.Current, HostFacts? host = null, int inheritedContainer = -1, ContainerIdentity? identity = null)
    {
        SpecRules.Check(process);
        SpecRules.CheckCgroup(cgroupsPath);
        SpecCompiler compiler = new(new RuntimeSpec { Process = process, Linux = new LinuxSection { CgroupsPath = cgroupsPath } }, host ?? HostFacts.Current, newestPlan);
        compiler._plan.Header.Preserved = preserved;
        (compiler._isExec, compiler._identity) = (true, identity);
        if (inheritedContainer >= 0)
        {
            compiler.Parent("name the container", Step.Call(Nr.Fcntl, inheritedContainer, IoConstants.F_DUPFD_CLOEXEC, 3).Into(PlanSlot.ContainerPidfd));
        }

        compiler.CompileExecution(process, seccomp, cgroupsPath, redirectStdio, alsoJoined);
        return compiler._plan;
    }

    private void CompileExecution(Process process, Oci.Runtime.Seccomp? seccomp, string? cgroupsPath, bool redirectStdio, ulong alsoJoined)
    {
        _joinsProcessIds = true;
        _plan.Header.Terminal = process.Terminal ? 1 : 0;
        SetAffinity(process.ExecCpuAffinity?.Initial);
        if (!string.IsNullOrEmpty(cgroupsPath))
        {
            JoinCgroups(cgroupsPath);
        }

        CompileBeginning(dieWithParent: false);
        ulong namespaces = CloneFlags.CLONE_NEWNS | CloneFlags.CLONE_NEWNET | CloneFlags.CLONE_NEWIPC | CloneFlags.CLONE_NEWUTS | CloneFlags.CLONE_NEWCGROUP | CloneFlags.CLONE_NEWPID | alsoJoined;
        Child("join the container", Step.Call(Nr.Setns, Argument.Slot(PlanSlot.ContainerPidfd), (long)namespaces));
        CompileStdio(process, redirectStdio, bindConsole: false);
        CompileProcess(process, seccomp, awaitStart: false);
    }

    private void JoinCgroups(string path)
    {
        if (_host.Cgroups.IsUnified)
        {
            string directory = _host.Cgroups.Hierarchies[0].MountPoint + path;
            Parent($"open cgroup {directory}", Step.Call(Nr.Openat, AT_FDCWD, _plan.Text(directory), O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0).Into(PlanSlot.Cgroup));
            _plan.Header.CgroupSlot = PlanSlot.Cgroup;
            return;
        }

        foreach (Cgroups.CgroupHierarchy hierarchy in _host.Cgroups.Hierarchies)
        {
            Child($"join cgroup {hierarchy.MountPoint}{path}", WriteFile(hierarchy.MountPoint + path + "/tasks", "0"));
        }
    }

    private void CompileStdio(Process process, bool redirect, bool bindConsole)
    {
        if (process.Terminal)
        {
            Child("open the terminal", Step.Of(
                PlanOperation.Console,
                Argument.Slot(PlanSlot.ConsoleSocket),
                bindConsole ? 1 : 0,
                process.User.Uid,
                -1,
                process.ConsoleSize?.Height ?? 0,
                process.ConsoleSize?.Width ?? 0));
            if (!_joinsProcessIds)
            {
                CompileTerminal();
            }

            return;
        }

        if (!redirect)
        {
            return;
        }

        if (process.User.Uid != 0)
        {
            // So that the program may open /dev/stdout again.
            foreach (int slot in (ReadOnlySpan<int>)[PlanSlot.Stdin, PlanSlot.Stdout, PlanSlot.Stderr])
            {
                Child("own stdio", Step.Call(Nr.Fchownat, Argument.Slot(slot), _plan.Text(""), process.User.Uid, -1, AT_EMPTY_PATH).Tolerating(Errno.EPERM, Errno.EROFS));
            }
        }

        Child("connect stdio", Step.Of(PlanOperation.Stdio, Argument.Slot(PlanSlot.Stdin), Argument.Slot(PlanSlot.Stdout), Argument.Slot(PlanSlot.Stderr)));
    }

    private void CompileProcess(Process process, Oci.Runtime.Seccomp? seccomp, bool awaitStart)
    {
        Span<byte> pair = stackalloc byte[16];
        foreach (Rlimit limit in process.Rlimits ?? [])
        {
            BinaryPrimitives.WriteUInt64LittleEndian(pair, limit.Soft);
            BinaryPrimitives.WriteUInt64LittleEndian(pair[8..], limit.Hard);
            Child(
                string.Create(CultureInfo.InvariantCulture, $"set {limit.Type} to soft {limit.Soft}, hard {limit.Hard}"),
                Step.Call(Nr.Prlimit64, 0, RlimitNumber(limit.Type), _plan.Block(pair), 0));
        }

        CompileScheduling(process);
        CompileLabels(process);
        if (process.NoNewPrivileges)
        {
            Child("set no_new_privs", Step.Call(Nr.Prctl, ProcessConstants.PR_SET_NO_NEW_PRIVS, 1));
        }

        PrepareStartHooks();
        Child("close what is not the program's", Step.Of(PlanOperation.CloseDescriptors, _plan.Header.Preserved));
        Child($"enter {process.Cwd}", Step.Of(PlanOperation.EnterDirectory, _plan.Text(process.Cwd), process.User.Uid, process.User.Gid));

        // Without no_new_privs a filter needs CAP_SYS_ADMIN, which is about to be dropped. A process that joins others must have dropped everything before it clones
        // itself among them; a filter that does not allow that is installed afterwards.
        SeccompProgram? filter = seccomp is null ? null : CompiledFilters.Get(seccomp);
        bool enterEarly = _joinsProcessIds && filter is not null && !process.NoNewPrivileges && !JoiningCalls.Allows(filter, process.Terminal);
        if (enterEarly)
        {
            CompileEntry(process);
        }

        if (!process.NoNewPrivileges)
        {
            CompileSeccomp(seccomp, filter);
        }

        CompileUser(process);
        Child("set umask", Step.Call(Nr.Umask, process.User.Umask ?? 0x12));
        CompileCapabilities(process);
        if (_joinsProcessIds && !enterEarly)
        {
            CompileEntry(process);
        }

        // Hooks are not bound by a filter that can be installed at any time.
        bool filterLast = process.NoNewPrivileges && _startHooks.Count > 0;
        if (process.NoNewPrivileges && !filterLast)
        {
            CompileSeccomp(seccomp, filter);
        }

        if (awaitStart)
        {
            Child("await the start", Step.Of(PlanOperation.AwaitStart));
        }

        CompileStartHooks();
        if (filterLast)
        {
            CompileSeccomp(seccomp, filter);
        }

        string name = process.Args[0];
        IReadOnlyList<string> candidates = Candidates(name, process.Env);
        Child(ExecutePrefix + name, Step.Of(
            PlanOperation.Execute, _plan.TextArray(process.Args), _plan.TextArray(process.Env ?? []), _plan.TextArray(candidates), name.Contains('/', StringComparison.Ordinal) ? 0 : 1));
    }

    /// <summary>The prefix of the last step's description: the rest is the program's name.</summary>
    internal const string ExecutePrefix = "execute ";

    private static IReadOnlyList<string> Candidates(string name, List<string>? env)
    {
        if (name.Contains('/', StringComparison.Ordinal))
        {
            return [name];
        }

        string path = env?.LastOrDefault(e => e.StartsWith("PATH=", StringComparison.Ordinal))?[5..] ?? "";
        return name.Length == 0 ? [] : [.. path.Split(':').Select(directory => (directory.Length == 0 ? "." : directory.TrimEnd('/')) + "/" + name)];
    }

    private ulong Bits(List<string>? capabilities) => CapabilityMask.Of(capabilities, _host.LastCapability);

    private void CompileUser(Process process)
    {
        CapabilitySets sets = process.Capabilities ?? new CapabilitySets();
        ulong bounding = Bits(sets.Bounding);
        Child("limit the bounding set", Step.Of(PlanOperation.DropBounding, (long)bounding, _host.LastCapability));
        uint[] groups = [.. process.User.AdditionalGids ?? []];
        Child("set groups", Step.Call(Nr.Setgroups, groups.Length, groups.Length == 0 ? 0 : _plan.Block(System.Runtime.InteropServices.MemoryMarshal.AsBytes<uint>(groups)))
            .Tolerating((_newNamespaces & CloneFlags.CLONE_NEWUSER) != 0 ? Errno.EPERM : 0));
        Child($"become group {process.User.Gid}", Step.Call(Nr.Setresgid, process.User.Gid, process.User.Gid, process.User.Gid));
        if (process.User.Uid != 0)
        {
            Child("keep capabilities", Step.Call(Nr.Prctl, ProcessConstants.PR_SET_KEEPCAPS, 1));
        }

        Child($"become user {process.User.Uid}", Step.Call(Nr.Setresuid, process.User.Uid, process.User.Uid, process.User.Uid));
        if (process.User.Uid != 0)
        {
            // A change of user clears it.
            Child("not keep capabilities", Step.Call(Nr.Prctl, ProcessConstants.PR_SET_KEEPCAPS, 0));
        }
    }

    private void CompileCapabilities(Process process)
    {
        CapabilitySets sets = process.Capabilities ?? new CapabilitySets();
        ulong effective = Bits(sets.Effective), permitted = Bits(sets.Permitted), inheritable = Bits(sets.Inheritable);
        Span<byte> data = stackalloc byte[24];
        for (int half = 0; half < 2; half++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(data[(half * 12)..], (uint)(effective >> (32 * half)));
            BinaryPrimitives.WriteUInt32LittleEndian(data[((half * 12) + 4)..], (uint)(permitted >> (32 * half)));
            BinaryPrimitives.WriteUInt32LittleEndian(data[((half * 12) + 8)..], (uint)(inheritable >> (32 * half)));
        }

        // _LINUX_CAPABILITY_VERSION_3, this thread.
        Child("set capabilities", Step.Call(Nr.Capset, _plan.Block([0x22, 0x05, 0x08, 0x20, 0, 0, 0, 0]), _plan.Block(data)));
        Child("clear ambient capabilities", Step.Call(Nr.Prctl, ProcessConstants.PR_CAP_AMBIENT, ProcessConstants.PR_CAP_AMBIENT_CLEAR_ALL).Tolerating(Errno.EINVAL));

        // The kernel refuses those that are not both permitted and inheritable (capabilities(7)); like runc, continue without them.
        ulong ambient = Bits(sets.Ambient) & permitted & inheritable;
        for (int capability = 0; capability <= _host.LastCapability; capability++)
        {
            if ((ambient & (1UL << capability)) != 0)
            {
                Child($"raise ambient capability {capability}", Step.Call(Nr.Prctl, ProcessConstants.PR_CAP_AMBIENT, ProcessConstants.PR_CAP_AMBIENT_RAISE, capability));
            }
        }
    }

    /// <summary>From here on the others in the process namespace can see this process.</summary>
    private void CompileEntry(Process process)
    {
        _plan.Header.ClonesTwice = 1;
        Child("enter the process namespace", Step.Of(PlanOperation.EnterProcessIds));
        CompileSession();
        if (process.Terminal)
        {
            CompileTerminal();
        }
    }

    private void CompileTerminal() => Child("take the terminal", Step.Call(Nr.Ioctl, 0, IoConstants.TIOCSCTTY, 0));

    /// <summary>Labels that the program gets when it is executed (AppArmor's, SELinux's), written where no container's file system has any influence.</summary>
    private void CompileLabels(Process process)
    {
        if (process.ApparmorProfile is { Length: > 0 } profile && SecurityModules.HasAppArmor)
        {
            string text = "exec " + profile;
            Child("error during container init: unable to apply apparmor profile: apparmor failed to apply profile: write /proc/thread-self/attr/apparmor/exec", Step.Of(
                PlanOperation.WriteBeneath, Argument.Slot(PlanSlot.Procfs), _plan.Text("thread-self/attr/apparmor/exec"), _plan.Text(text),
                System.Text.Encoding.UTF8.GetByteCount(text), _plan.Text("thread-self/attr/exec")));
        }

        if (process.SelinuxLabel is { Length: > 0 } label)
        {
            Child($"set SELinux label {label}", WriteProcfs("thread-self/attr/exec", label));
        }
    }

    private void CompileSeccomp(Oci.Runtime.Seccomp? profile, SeccompProgram? program)
    {
        if (profile is null || program is null)
        {
            return;
        }

        Pointer code = _plan.Block(program.Bpf);
        Span<byte> header = stackalloc byte[16];
        header.Clear();
        BinaryPrimitives.WriteUInt16LittleEndian(header, (ushort)(program.Bpf.Length / 8));
        Pointer filter = _plan.Block(header);
        _plan.PutPointer(filter.Data + 8, code.Data);
        if (program.NeedsListener)
        {
            CompileListener(profile, program, filter);
            return;
        }

        Child("install the system call filter", Step.Call(Nr.Seccomp, ProcessConstants.SECCOMP_SET_MODE_FILTER, program.Flags, filter));
    }

    private static int RlimitNumber(string type) => type switch
    {
        "RLIMIT_CPU" => 0,
        "RLIMIT_FSIZE" => 1,
        "RLIMIT_DATA" => 2,
        "RLIMIT_STACK" => 3,
        "RLIMIT_CORE" => 4,
        "RLIMIT_RSS" => 5,
        "RLIMIT_NPROC" => 6,
        "RLIMIT_NOFILE" => 7,
        "RLIMIT_MEMLOCK" => 8,
        "RLIMIT_AS" => 9,
        "RLIMIT_LOCKS" => 10,
        "RLIMIT_SIGPENDING" => 11,
        "RLIMIT_MSGQUEUE" => 12,
        "RLIMIT_NICE" => 13,
        "RLIMIT_RTPRIO" => 14,
        "RLIMIT_RTTIME" => 15,
        _ => throw QuaiException.Invalid($"unknown limit \"{type}\""),
    };
}

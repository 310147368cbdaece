using System.Runtime.InteropServices;

namespace Quai.Plans;

/// <summary>
/// The plan: one block of memory without references, made by <see cref="PlanWriter"/> in any process and run by <see cref="PlanInterpreter"/>
/// in the process that clones. Pointers inside are offsets from the block's start until <see cref="PlanInterpreter.Relocate"/> turns them into addresses.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
public unsafe struct PlanHeader
{
    private const long Word = 0x4E41_4C50_51;
    private const int VersionAt = 40;

    /// <summary>"QPLAN" and a version (<see cref="PlanVersions"/>), with which a plan begins.</summary>
    public static long MagicOf(int version) => Word | ((long)version << VersionAt);

    /// <summary>The version of a plan; 0 if it is not one.</summary>
    public readonly int Version => (Magic & ((1L << VersionAt) - 1)) == Word ? (int)(Magic >>> VersionAt) : 0;

#pragma warning disable CS1591 // documented in groups
    public long Magic;
    public int Size;

    // Words to relocate: each entry is the offset of an 8-byte word in the block.
    public int RelocationsOffset, RelocationCount;

    // Steps run by the cloning process, and by its child.
    public int ParentOffset, ParentCount, ChildOffset, ChildCount;

    // clone3's flags; the slot of a descriptor for CLONE_INTO_CGROUP (-1: none); whether a step of the child clones once more (PlanOperation.EnterProcessIds).
    public ulong CloneFlags;
    public int CgroupSlot, ClonesTwice;

    // Descriptors from 3 on that the program inherits from whatever started it all.
    public int Preserved;

    // Contents for /proc/PID/uid_map and gid_map, written by the parent; null for none.
    public byte* UidMap, GidMap;
    public int UidMapLength, GidMapLength;

    // Clock offsets for /proc/PID/timens_offsets (written in the child before it joins), unused otherwise.
    public int Terminal;
    public int OpenStdin, StdinOnce;
    public int HasLog;
    public byte* LogPath;
    public long LogMaxSize;
    public int LogMaxFiles;

    // Exit record: written to ExitTemporary, synced, renamed to ExitPath. Null for execs.
    public byte* ExitTemporary, ExitPath;

    // memory.oom_control (v1) or memory.events (v2), and its line's name; null if there is no memory controller.
    public byte* OomPath, OomKey;

    // cgroup.procs of a group to empty when the first process ends and had no pid namespace of its own; null otherwise.
    public byte* KillPath;
    public fixed byte Id[64];

    // Whether the program is killed when the last daemon has gone. From version 6 on: an older header ends before it.
    public int EndsWithDaemon;

    // From version 7 on. Whether the child waits for its parent on the way (PlanOperation.Pause, Filter with a listener).
    public int Pauses;

    // Steps run by the cloning process: while the child pauses, once the program has been executed, and when it has ended. Each is a PlanOperation.Hook.
    public int PauseOffset, PauseCount, StartedOffset, StartedCount, EndedOffset, EndedCount;
    public int Spare;

    // What is sent with a filter's listener, its length, and where the container's process is named in it.
    public byte* ListenerState;
    public int ListenerStateLength, ListenerPidAt, ListenerOtherPidAt, ListenerSpare;

    // What there is to know of the log besides its file: a Logging.LogPlan, null for nothing. From version 7 on.
    public byte* Log;
#pragma warning restore CS1591
}

/// <summary>A program that the container's config has run at a certain moment, with the container's state as its input.</summary>
[StructLayout(LayoutKind.Sequential)]
public unsafe struct PlanHook
{
#pragma warning disable CS1591
    public byte* Path;
    public byte** Arguments, Environment;
    public byte* State;

    // The state's length, and where in it there is room for the process's number: PidDigits spaces.
    public int StateLength, PidAt;

    // How long it may take.
    public int Seconds, Spare;
#pragma warning restore CS1591

    /// <summary>The room for a process's number.</summary>
    public const int PidDigits = 10;
}

/// <summary>What a step does.</summary>
public enum PlanOperation : int
{
    /// <summary>One system call: <c>Number</c> with <c>Arguments</c>.</summary>
    SystemCall = 1,

    /// <summary>Writes bytes (1: address, 2: length) to the file at path 0.</summary>
    WriteFile = 2,

    /// <summary>Sends a netlink request (1: address, 2: length, 3: offset for the host namespace's descriptor or -1) on socket slot 0 and awaits its acknowledgement.</summary>
    Netlink = 3,

    /// <summary>Opens the mount point at path 1 beneath root slot 0, following links inside that root only; creates what is missing (2: 1 for a file; 3: <see cref="PlaceRules"/>). The descriptor goes to the result slot.</summary>
    MountPoint = 4,

    /// <summary>Hides path 1 beneath directory slot 0: an empty read-only tmpfs over a directory (created once, kept in slot <see cref="PlanSlot.EmptyDirectory"/>), the device of slot 2 over a file. Does nothing if it does not exist; 3: 1 to follow links within the directory, as a root.</summary>
    Mask = 5,

    /// <summary>Makes the tree at path 1 beneath directory slot 0 read-only. Does nothing if it does not exist; 3: 1 to follow links within the directory, as a root.</summary>
    ReadOnlyPath = 6,

    /// <summary>Opens a terminal of the container's own devpts, sends its master over socket slot 0, makes it stdio; 1: 1 to bind it to /dev/console; 2: uid and 3: gid that own it; 4: rows, 5: columns.</summary>
    Console = 7,

    /// <summary>Makes the descriptors in slots 0, 1 and 2 the standard streams.</summary>
    Stdio = 8,

    /// <summary>Executes: 0: argv, 1: envp, 2: array of candidate paths ended by null, 3: 1 if the candidates come from a search of PATH.</summary>
    Execute = 9,

    /// <summary>Waits for a byte in the fifo of slot <see cref="PlanSlot.StartFifo"/>, written by whoever starts the container.</summary>
    AwaitStart = 10,

    /// <summary>Creates a directory and its parents: path 0, mode 1.</summary>
    MakeDirectories = 11,

    /// <summary>Copies the value of file 0 to file 1 when file 1 is empty or only a newline (cpuset of a new cgroup).</summary>
    InheritFile = 12,

    /// <summary>Binds the device node at host path 0 to the mount point in slot 1 (user namespaces cannot create nodes).</summary>
    BindDevice = 13,

    /// <summary>Creates a device node at path 1 beneath root slot 0 (2: mode and type, 3: device, 4: uid, 5: gid), and its folders; an existing one is left.</summary>
    MakeNode = 14,

    /// <summary>Drops each capability of the bounding set whose bit in mask 0 is not set, up to number 1.</summary>
    DropBounding = 15,

    /// <summary>Brings the loopback interface up.</summary>
    LoopbackUp = 16,

    /// <summary>Attaches BPF program 2 to cgroup 1; 0: the attributes, whose two descriptors are filled in here.</summary>
    AttachDeviceFilter = 17,

    /// <summary>Opens file 0 once and writes each line of text 1 (2: its length) with a separate write, as the device cgroup requires.</summary>
    WriteLines = 18,

    /// <summary>Opens the directory at path 1 beneath root slot 0 (-1: anywhere) without following a link, and checks that its file system has magic 2 (0: any) and that it is that file system's root (3: 1). The result is -1 if there is none and 4 is 1.</summary>
    OpenDirectory = 19,

    /// <summary>Writes bytes (2: address, 3: length) to the file at path 1 beneath directory slot 0, on that mount and no other; if it does not exist, to the file at path 4 if given.</summary>
    WriteBeneath = 20,

    /// <summary>Closes every descriptor but stdio, those that the program inherits, and what the interpreter itself needs until execve.</summary>
    CloseDescriptors = 21,

    /// <summary>Makes path 0 the working directory: without following procfs's magic links, and only if it is inside the root. If that is not permitted, tries again as user 1 of group 2.</summary>
    EnterDirectory = 22,

    /// <summary>Clones once more, so that what follows runs in the joined process namespace: before this step nothing in there can name this process.</summary>
    EnterProcessIds = 23,

    /// <summary>Opens the node named 1 beneath directory slot 0 and checks that it is the character device 2.</summary>
    OpenDevice = 24,

    /// <summary>Opens path 1 beneath the directory at path 0; links may lead anywhere within that directory and nowhere else.</summary>
    OpenBeneath = 25,

    /// <summary>Checks that the mount of slot 0 is the root of a procfs.</summary>
    CheckProcfs = 26,

    /// <summary>Mounts a procfs of the process namespace of slot 1, which this process is not in, on the mount point of slot 0; 2: attributes; 3: the mount namespace of a process that is in it, or -1; 4: the host's procfs.</summary>
    MountProcfs = 27,

    /// <summary>Mounts a tmpfs at path 1 beneath root slot 0 (2: source, 3: flags, 4: options or null, 5: <see cref="PlaceRules"/>). It takes the mode of the directory there, unless there was none or the options set another.</summary>
    MountTmpfs = 28,

    /// <summary>Makes a connected pair of unix sockets: one for slot number 0, the other for the result slot.</summary>
    SocketPair = 29,

    /// <summary>Does an nf_tables transaction (0: address, 1: length) in the network namespace that this process is in, once it has put the port of the socket address at 2 into the places (3: array of offsets, 4: how many) that it has for it.</summary>
    Nftables = 30,

    /// <summary>Sends the descriptors in slots 1 and 2 over socket slot 0.</summary>
    SendDescriptors = 31,

    /// <summary>As <see cref="Netlink"/>, with descriptor 4 written at the offset; 5: an errno, or 0, upon which it is sent again for a while: what was another namespace's is free some moments after that has ended.</summary>
    NetlinkAgain = 32,

    /// <summary>Runs the hook (<see cref="PlanHook"/>) at 0 and waits for its end. The process named in its state is this one, by the procfs of slot 1; without one, whichever it names. 2: 1 to name it and do no more.</summary>
    Hook = 33,

    /// <summary>Waits until the cloning process has run its hooks.</summary>
    Pause = 34,

    /// <summary>Installs a filter (0: flags, 1: its address) whose listener the cloning process passes to the socket of slot <see cref="PlanSlot.Supervisor"/>.</summary>
    FilterWithListener = 35,

    /// <summary>Makes a user namespace with the maps 0 (1: its length) and 2 (3: its length) that no process is in, for mounts to show other owners by.</summary>
    OwnersNamespace = 36,

    /// <summary>Has the tree of slot 0 show its owners by the user namespace of slot 1 (2: 1 for all mounts in it).</summary>
    MapOwners = 37,

    /// <summary>As <see cref="MountTmpfs"/>, and copies into it what it covers.</summary>
    MountTmpfsWithContents = 38,

    /// <summary>Connects slot <see cref="PlanSlot.Supervisor"/> to the unix socket at path 0.</summary>
    ConnectSocket = 39,
}

/// <summary>What <see cref="PlanOperation.MountPoint"/> permits. Nothing may be mounted inside a procfs unless a rule says so.</summary>
[Flags]
public enum PlaceRules
{
    /// <summary>Links within the root are followed; the place is not inside a procfs.</summary>
    None = 0,

    /// <summary>No link is followed: for the file systems of the kernel, whose places the image must not choose.</summary>
    NoLinks = 1,

    /// <summary>The place may be, or be inside, a procfs.</summary>
    InsideProcfs = 2,
}

/// <summary>Outcomes of steps that no errno expresses; beyond all errnos of the kernel.</summary>
public static class PlanError
{
    /// <summary>A mount point is inside a procfs.</summary>
    public const int InsideProcfs = 5001;

    /// <summary>A path goes through a link but must not.</summary>
    public const int LinkInTheWay = 5002;

    /// <summary>A directory, file or terminal is not on the required file system.</summary>
    public const int WrongFileSystem = 5003;

    /// <summary>A node is not the required device.</summary>
    public const int WrongDevice = 5004;

    /// <summary>A directory is outside the container's root.</summary>
    public const int OutsideRoot = 5005;

    /// <summary>The procfs of a joined process namespace cannot be obtained.</summary>
    public const int NoProcfs = 5007;

    /// <summary>The kernel has no nf_tables, or not all of it that is needed.</summary>
    public const int NoNftables = 5008;

    /// <summary>A hook did not end within its time.</summary>
    public const int HookTime = 5009;

    /// <summary>A hook ended with an exit code, which is added; not with 0.</summary>
    public const int HookExited = 6000;

    /// <summary>A hook was ended by a signal, which is added.</summary>
    public const int HookKilled = 6300;

    /// <summary>The first number beyond the outcomes of hooks.</summary>
    public const int HookEnd = 6400;
}

/// <summary>One step. 80 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
public unsafe struct PlanStep
{
#pragma warning disable CS1591
    public PlanOperation Operation;
    public int Number;

    // Bit n: argument n is a slot's number, to be replaced by its value.
    public int SlotMask;
    public int ResultSlot;

    // Errnos that count as success (0: none).
    public int Tolerated, TolerateAlso;

    // Bit 0: no link is followed on the way to what the step creates; bit 1: what is there already must be the same (PlanOperation.MakeNode has no argument left for them).
    public int NoLinks, Spare;
    public fixed long Arguments[6];
#pragma warning restore CS1591
}

/// <summary>Slots with a meaning: descriptors put there by whatever runs the plan, or by early steps.</summary>
public static class PlanSlot
{
#pragma warning disable CS1591
    public const int Stdin = 0, Stdout = 1, Stderr = 2, ConsoleSocket = 3, ContainerPidfd = 4, HostNetlink = 5, HostNetworkNamespace = 6, SandboxNetlink = 7,
        Root = 8, Scratch = 9, StartFifo = 10, Cgroup = 11, Tree = 13, Place = 14;

    // The procfs of the process that clones, through which the child changes what the kernel shows as files; the end of the pipe to the waiting process.
    public const int Procfs = 15, Report = 16;

    // The container's own mounts at /proc, /sys and /dev, its null device, and the empty directory that masks directories.
    public const int ProcMount = 17, SysMount = 18, DevMount = 19, NullDevice = 20, EmptyDirectory = 21;

    // Where the sockets of the container's name server come from once its program has been executed: the end of a pair that stays with who clones.
    public const int NameSockets = 22;

    // The container's network namespace as a descriptor, where a request in the host's names it.
    public const int SandboxNetworkNamespace = 23;

    // The pipe by which a child that pauses is told to go on, and the socket of whoever decides the calls that a filter notifies.
    public const int Release = 24, Supervisor = 25;

    public const int Dynamic = 26, Count = 64;
#pragma warning restore CS1591
}

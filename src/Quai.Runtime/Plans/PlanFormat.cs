using System.Runtime.InteropServices;

namespace Quai.Runtime.Plans;

/// <summary>
/// The plan: one block of memory without references, made by <see cref="PlanWriter"/> in any process and run by <see cref="PlanInterpreter"/>
/// in the process that clones. Pointers inside are offsets from the block's start until <see cref="PlanInterpreter.Relocate"/> turns them into addresses.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
public unsafe struct PlanHeader
{
    /// <summary>"QPLAN" and the layout's version: a shim refuses a plan of another version.</summary>
    public const long CurrentMagic = 0x0001_4E41_4C50_51;

#pragma warning disable CS1591 // documented in groups
    public long Magic;
    public int Size;

    // Words to relocate: each an offset of an 8-byte word in the block.
    public int RelocationsOffset, RelocationCount;

    // Steps run by the cloning process, by its child.
    public int ParentOffset, ParentCount, ChildOffset, ChildCount;

    // clone3's flags; slots of descriptors for CLONE_INTO_CGROUP and of a pid namespace to join first (-1: none).
    public ulong CloneFlags;
    public int CgroupSlot, PidNamespaceSlot;

    // Texts for /proc/PID/uid_map and gid_map, written by the parent; null for none.
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

    // memory.oom_control (v1) or memory.events (v2), and its line's name; null where there is no memory controller.
    public byte* OomPath, OomKey;

    // cgroup.procs of a group to empty when the first process ends and had no pid namespace of its own; null otherwise.
    public byte* KillPath;
    public fixed byte Id[64];
#pragma warning restore CS1591
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

    /// <summary>Opens the mount point at path 1 beneath root slot 0, following links inside that root only; makes what is missing (2: 1 for a file). The descriptor goes to the result slot.</summary>
    MountPoint = 4,

    /// <summary>Hides path 0: an empty read-only tmpfs over a directory, the container's /dev/null over a file. Nothing where it does not exist.</summary>
    Mask = 5,

    /// <summary>Makes the tree at path 0 read-only. Nothing where it does not exist.</summary>
    ReadOnlyPath = 6,

    /// <summary>Opens a terminal of the container's own devpts, sends its master over socket slot 0, makes it the controlling terminal and stdio; 1: 1 to bind it to /dev/console; 2: uid and 3: gid that own it; 4: rows, 5: columns.</summary>
    Console = 7,

    /// <summary>Makes the descriptors in slots 0, 1 and 2 the standard ones.</summary>
    Stdio = 8,

    /// <summary>Executes: 0: argv, 1: envp, 2: array of candidate paths ended by null, 3: 1 when the candidates come from a search of PATH.</summary>
    Execute = 9,

    /// <summary>Waits for a byte in the fifo of slot <see cref="PlanSlot.StartFifo"/>, written by the one who starts the container.</summary>
    AwaitStart = 10,

    /// <summary>Makes a directory and its parents: path 0, mode 1.</summary>
    MakeDirectories = 11,

    /// <summary>Copies the value of file 0 to file 1 when file 1 is empty or only a newline (cpuset of a new cgroup).</summary>
    InheritFile = 12,

    /// <summary>Binds the device node at host path 0 to the mount point in slot 1 (user namespaces cannot make nodes).</summary>
    BindDevice = 13,

    /// <summary>Makes a device node at path 1 beneath root slot 0 (2: mode and type, 3: device, 4: uid, 5: gid), its folders too; one that is there already is left.</summary>
    MakeNode = 14,

    /// <summary>Switches off a capability of the bounding set for each bit of mask 0 that is not set, up to number 1.</summary>
    DropBounding = 15,

    /// <summary>Brings the loopback interface up.</summary>
    LoopbackUp = 16,

    /// <summary>Attaches BPF program 2 to cgroup 1; 0: the attributes, whose two descriptors are filled in here.</summary>
    AttachDeviceFilter = 17,

    /// <summary>Opens file 0 once and writes each line of text 1 (2: its length) by a write of its own, as the device cgroup takes its rules.</summary>
    WriteLines = 18,
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
    public int Spare0, Spare1;
    public fixed long Arguments[6];
#pragma warning restore CS1591
}

/// <summary>Slots with a meaning: descriptors that whoever runs the plan puts there, or that early steps do.</summary>
public static class PlanSlot
{
#pragma warning disable CS1591
    public const int Stdin = 0, Stdout = 1, Stderr = 2, ConsoleSocket = 3, ContainerPidfd = 4, HostNetlink = 5, HostNetworkNamespace = 6, SandboxNetlink = 7,
        Root = 8, Scratch = 9, StartFifo = 10, Cgroup = 11, PidNamespace = 12, Dynamic = 16, Count = 64;
#pragma warning restore CS1591
}

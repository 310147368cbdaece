using System.Buffers.Binary;
using Quai.Errors;
using Quai.Linux;
using Quai.Linux.Kernel;
using Quai.Oci.Runtime;
using Quai.Plans;
using static Quai.Plans.PlanWriter;
using Nr = Quai.Linux.Kernel.SystemCallNumber;

namespace Quai.Runtime.Specs;

/// <content>
/// The device nodes that a container has, and the links beside them; and which devices it may use on cgroup v2: a BPF program on the group, since v2 has no devices controller.
/// </content>
public sealed partial class SpecCompiler
{
    private const int BpfProgramLoad = 5, BpfProgramAttach = 8, ProgramTypeCgroupDevice = 15, AttachCgroupDevice = 6, AttachMulti = 2;

    private static int BpfNumber => System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture == System.Runtime.InteropServices.Architecture.X64 ? 321 : 280;

    private static readonly (string Name, int Major, int Minor)[] DeviceNodes =
        [("null", 1, 3), ("zero", 1, 5), ("full", 1, 7), ("random", 1, 8), ("urandom", 1, 9), ("tty", 5, 0)];

    private static readonly (string Link, string Target)[] DefaultLinks =
        [("fd", "/proc/self/fd"), ("stdin", "/proc/self/fd/0"), ("stdout", "/proc/self/fd/1"), ("stderr", "/proc/self/fd/2"), ("core", "/proc/kcore")];

    private void CompileDevices()
    {
        bool user = _host.IsInUserNamespace || (_newNamespaces & CloneFlags.CLONE_NEWUSER) != 0;
        bool bound = (_spec.Mounts ?? []).Any(m => SpecRules.Normal(m.Destination) == "/dev" && (m.Type == "bind" || MountOptions.Parse(m.Options).Bind));
        if (!bound)
        {
            foreach ((string name, int major, int minor) in DeviceNodes)
            {
                if ((_linux.Devices ?? []).All(d => d.Path != "/dev/" + name))
                {
                    Node("/dev/" + name, (int)ProcessConstants.S_IFCHR | 0x1B6, MakeDevice(major, minor), 0, 0, user);
                }
            }

            foreach ((string link, string target) in DefaultLinks)
            {
                if (link == "core" && !_host.HasKcore)
                {
                    continue;
                }

                Child($"link /dev/{link}", Step.Call(Nr.Symlinkat, _plan.Text(target), Argument.Slot(PlanSlot.DevMount), _plan.Text(link)).Tolerating(Errno.EEXIST));
            }

            Child("remove /dev/ptmx", Step.Call(Nr.Unlinkat, Argument.Slot(PlanSlot.DevMount), _plan.Text("ptmx"), 0).Tolerating(Errno.ENOENT));
            Child("link /dev/ptmx", Step.Call(Nr.Symlinkat, _plan.Text("pts/ptmx"), Argument.Slot(PlanSlot.DevMount), _plan.Text("ptmx")).Tolerating(Errno.EEXIST));
        }

        // The container's own terminals are those of its devpts.
        foreach (Device device in (_linux.Devices ?? []).Where(d => bound || SpecRules.Normal(d.Path) != "/dev/ptmx"))
        {
            uint type = device.Type switch
            {
                "c" or "u" => ProcessConstants.S_IFCHR,
                "b" => ProcessConstants.S_IFBLK,
                "p" => ProcessConstants.S_IFIFO,
                _ => throw QuaiException.Invalid($"device {device.Path} has unknown type \"{device.Type}\""),
            };
            Node(device.Path, (int)(type | ((device.FileMode ?? 0x1B6) & 0xFFF)), MakeDevice(device.Major, device.Minor), device.Uid ?? 0, device.Gid ?? 0, user, asked: true);
        }
    }

    private void Node(string path, int mode, long device, uint uid, uint gid, bool bind, bool asked = false)
    {
        if (bind)
        {
            if (SpecRules.Normal(path) == "/dev/ptmx")
            {
                // It is a link there, to that of the container's own terminals.
                return;
            }

            OpenPlace(path, file: true);
            Child($"bind device {path}", Step.Of(PlanOperation.BindDevice, _plan.Text(path), Argument.Slot(Place)));
            ClosePlace();
            return;
        }

        // Nodes in /dev go into the mount that is /dev's, whatever is mounted over it later.
        string normal = SpecRules.Normal(path);
        bool inDev = normal.StartsWith("/dev/", StringComparison.Ordinal);
        Child($"make device {path}", Step.Of(
            PlanOperation.MakeNode, Argument.Slot(inDev ? PlanSlot.DevMount : PlanSlot.Root), _plan.Text(inDev ? normal[4..] : normal), mode, device, uid, gid).FollowingNoLinks(inDev).Matching(asked));
    }

    private static long MakeDevice(long major, long minor) => (minor & 0xFF) | ((major & 0xFFF) << 8) | ((minor & ~0xFFL) << 12) | ((major & ~0xFFFL) << 32);

    /// <summary>The rules are tried from the last to the first; the first that matches decides.</summary>
    private void CompileDeviceFilter()
    {
        List<DeviceRule>? rules = _linux.Resources?.Devices;
        if (rules is null or [] || _host.IsInUserNamespace)
        {
            return;
        }

        byte[] program = DeviceFilter(rules);
        Pointer instructions = _plan.Block(program);
        Pointer license = _plan.Text("Apache");

        // union bpf_attr of BPF_PROG_LOAD: type, instruction count, instructions, license.
        byte[] load = new byte[128];
        BinaryPrimitives.WriteInt32LittleEndian(load, ProgramTypeCgroupDevice);
        BinaryPrimitives.WriteInt32LittleEndian(load.AsSpan(4), program.Length / 8);
        Pointer attributes = _plan.Block(load);
        _plan.PutPointer(attributes.Data + 8, instructions.Data);
        _plan.PutPointer(attributes.Data + 16, license.Data);
        int filter = _plan.NewSlot();
        Parent("load the device filter", Step.Call(BpfNumber, BpfProgramLoad, attributes, load.Length).Into(filter));

        // union bpf_attr of BPF_PROG_ATTACH: target, program, type, flags; both descriptors are only known at run time, so the child's parent fills them in.
        Pointer attach = _plan.Block([.. new byte[8], AttachCgroupDevice, 0, 0, 0, AttachMulti, 0, 0, 0]);
        Parent("attach the device filter", Step.Of(PlanOperation.AttachDeviceFilter, attach, Argument.Slot(PlanSlot.Cgroup), Argument.Slot(filter)));
    }

    /// <summary>eBPF over struct bpf_cgroup_dev_ctx { u32 access_type; u32 major; u32 minor; }: access in the high half, type in the low.</summary>
    internal static byte[] DeviceFilter(IReadOnlyList<DeviceRule> rules)
    {
        List<ulong> code = [];
        void Emit(int opcode, int target, int source, int offset, int immediate) =>
            code.Add((ulong)(byte)opcode | ((ulong)(byte)(target | (source << 4)) << 8) | ((ulong)(ushort)(short)offset << 16) | ((ulong)(uint)immediate << 32));

        Emit(0x61, 2, 1, 0, 0);        // r2 = access_type
        Emit(0xBF, 3, 2, 0, 0);        // r3 = r2
        Emit(0x57, 2, 0, 0, 0xFFFF);   // r2 &= 0xffff: type
        Emit(0x77, 3, 0, 0, 16);       // r3 >>= 16: access
        Emit(0x61, 4, 1, 4, 0);        // r4 = major
        Emit(0x61, 5, 1, 8, 0);        // r5 = minor
        for (int i = rules.Count - 1; i >= 0; i--)
        {
            DeviceRule rule = rules[i];
            List<(int Opcode, int Target, int Immediate)> tests = [];
            if (rule.Type is "b" or "c")
            {
                tests.Add((0x55, 2, rule.Type == "b" ? 1 : 2));
            }

            if (rule.Major is >= 0 and { } major)
            {
                tests.Add((0x55, 4, (int)major));
            }

            if (rule.Minor is >= 0 and { } minor)
            {
                tests.Add((0x55, 5, (int)minor));
            }

            int access = 0;
            foreach (char c in string.IsNullOrEmpty(rule.Access) ? "rwm" : rule.Access)
            {
                access |= c switch { 'm' => 1, 'r' => 2, 'w' => 4, _ => 0 };
            }

            bool masked = access != 7;
            int left = tests.Count + (masked ? 3 : 0) + 2;
            foreach ((int opcode, int target, int immediate) in tests)
            {
                Emit(opcode, target, 0, --left, immediate);
            }

            if (masked)
            {
                // An allowing rule must cover everything requested, a denying one any of it.
                Emit(0xBF, 1, 3, 0, 0);
                Emit(0x57, 1, 0, 0, rule.Allow ? ~access & 7 : access);
                left -= 3;
                Emit(rule.Allow ? 0x55 : 0x15, 1, 0, left, 0);
            }

            Emit(0xB7, 0, 0, 0, rule.Allow ? 1 : 0);
            Emit(0x95, 0, 0, 0, 0);
            if (tests.Count == 0 && !masked)
            {
                return Bytes(code);
            }
        }

        Emit(0xB7, 0, 0, 0, 0);
        Emit(0x95, 0, 0, 0, 0);
        return Bytes(code);
    }

    private static byte[] Bytes(List<ulong> code) =>
        System.Runtime.InteropServices.MemoryMarshal.AsBytes(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(code)).ToArray();
}

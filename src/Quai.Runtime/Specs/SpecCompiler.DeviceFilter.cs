using System.Buffers.Binary;
using Quai.Linux.Kernel;
using Quai.Oci.Runtime;
using Quai.Plans;
using static Quai.Plans.PlanWriter;

namespace Quai.Runtime.Specs;

/// <content>
/// Devices on cgroup v2: a BPF program on the group, since v2 has no devices controller.
/// The rules are tried from the last to the first; the first that matches decides.
/// </content>
public sealed partial class SpecCompiler
{
    private const int BpfProgramLoad = 5, BpfProgramAttach = 8, ProgramTypeCgroupDevice = 15, AttachCgroupDevice = 6, AttachMulti = 2;

    private static int BpfNumber => System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture == System.Runtime.InteropServices.Architecture.X64 ? 321 : 280;

    private void CompileDeviceFilter()
    {
        List<DeviceRule>? rules = _linux.Resources?.Devices;
        if (rules is null or [])
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

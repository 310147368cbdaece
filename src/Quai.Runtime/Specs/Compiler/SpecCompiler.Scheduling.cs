using System.Buffers.Binary;
using Quai.Errors;
using Quai.Oci.Runtime;
using static Quai.Plans.PlanWriter;
using Nr = Quai.Linux.Kernel.SystemCallNumber;

namespace Quai.Runtime.Specs;

/// <content>When and where the program runs: priorities, processors, memory nodes.</content>
public sealed partial class SpecCompiler
{
    private void CompileScheduling(Process process)
    {
        if (process.IoPriority is { } io)
        {
            int kind = io.Class switch { "IOPRIO_CLASS_RT" => 1, "IOPRIO_CLASS_BE" => 2, _ => 3 };
            Child("set the I/O priority", Step.Call(Nr.IoprioSet, 1, 0, (kind << 13) | io.Priority));
        }

        if (process.Scheduler is { } scheduler)
        {
            uint policy = scheduler.Policy switch
            {
                "SCHED_FIFO" => 1, "SCHED_RR" => 2, "SCHED_BATCH" => 3, "SCHED_IDLE" => 5, "SCHED_DEADLINE" => 6, _ => 0,
            };
            byte[] attributes = new byte[48];
            BinaryPrimitives.WriteUInt32LittleEndian(attributes, 48);
            BinaryPrimitives.WriteUInt32LittleEndian(attributes.AsSpan(4), policy);
            BinaryPrimitives.WriteUInt64LittleEndian(attributes.AsSpan(8), SchedulerFlags(scheduler.Flags));
            BinaryPrimitives.WriteInt32LittleEndian(attributes.AsSpan(16), scheduler.Nice ?? 0);
            BinaryPrimitives.WriteInt32LittleEndian(attributes.AsSpan(20), scheduler.Priority ?? 0);
            BinaryPrimitives.WriteUInt64LittleEndian(attributes.AsSpan(24), scheduler.Runtime ?? 0);
            BinaryPrimitives.WriteUInt64LittleEndian(attributes.AsSpan(32), scheduler.Deadline ?? 0);
            BinaryPrimitives.WriteUInt64LittleEndian(attributes.AsSpan(40), scheduler.Period ?? 0);
            Child($"set scheduler {scheduler.Policy}", Step.Call(Nr.SchedSetattr, 0, _plan.Block(attributes), 0));
        }

        if (_isExec)
        {
            SetAffinity(process.ExecCpuAffinity?.Final);
        }

        if (_linux.MemoryPolicy is { } memory)
        {
            (int mode, byte[] nodes) = MemoryPolicies.Parse(memory);
            Child($"set memory policy {memory.Mode}", Step.Call(Nr.SetMempolicy, mode, nodes.Length == 0 ? 0 : _plan.Block(nodes), nodes.Length == 0 ? 0 : (nodes.Length * 8) + 1));
        }

        if (_linux.Personality is { } personality)
        {
            Child("set the personality", Step.Call(Nr.Personality, personality.Domain == "LINUX32" ? 8 : 0));
        }
    }

    // linux/sched.h.
    private static ulong SchedulerFlags(List<string>? names)
    {
        ulong flags = 0;
        foreach (string name in names ?? [])
        {
            flags |= name switch
            {
                "SCHED_FLAG_RESET_ON_FORK" => 1,
                "SCHED_FLAG_RECLAIM" => 2,
                "SCHED_FLAG_DL_OVERRUN" => 4,
                "SCHED_FLAG_KEEP_POLICY" => 8,
                "SCHED_FLAG_KEEP_PARAMS" => 0x10,
                "SCHED_FLAG_UTIL_CLAMP_MIN" => 0x20,
                "SCHED_FLAG_UTIL_CLAMP_MAX" => 0x40,
                _ => throw QuaiException.Invalid($"scheduler flag \"{name}\" is not known"),
            };
        }

        return flags;
    }

    private void SetAffinity(string? processors)
    {
        if (!string.IsNullOrEmpty(processors))
        {
            byte[] mask = NumberList.MaskOf("CPU affinity", processors);
            Child($"run on the processors {processors}", Step.Call(Nr.SchedSetaffinity, 0, mask.Length, _plan.Block(mask)));
        }
    }
}

using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;
using Quai.Errors;
using Quai.Linux;
using Quai.Oci.Runtime;
using Quai.Plans;
using Quai.Runtime.Specs;
using Quai.Runtime.Tests.Plans;

namespace Quai.Runtime.Tests.Fuzzing;

/// <summary>From a runtime config to a plan: compiled or refused, and a plan that was made has no pointer that leads out of it.</summary>
[Collection(FuzzingCollection.Name)]
public sealed class PlanFuzzTests
{
    private static readonly byte[] s_spec = """
        {"ociVersion":"1.2.0","process":{"terminal":true,"consoleSize":{"height":1,"width":2},"user":{"uid":1,"gid":2,"umask":18,"additionalGids":[3]},"args":["sh"],"env":["A=b","PATH=/bin"],"cwd":"/","capabilities":{"bounding":["CAP_CHOWN"],"effective":["CAP_CHOWN"],"permitted":["CAP_CHOWN"],"inheritable":["CAP_CHOWN"],"ambient":["CAP_CHOWN"]},
        "rlimits":[{"type":"RLIMIT_NOFILE","hard":10,"soft":5}],"noNewPrivileges":true,"oomScoreAdj":1},"root":{"path":"/r","readonly":true},"hostname":"h","domainname":"d",
        "mounts":[{"destination":"/proc","type":"proc","source":"proc","options":["nosuid","noexec"]},{"destination":"/b","type":"bind","source":"/tmp","options":["rbind","ro","rprivate"]},{"destination":"/t","type":"tmpfs","source":"tmpfs","options":["size=1m","mode=755"]},{"destination":"/sys/fs/cgroup","type":"cgroup","source":"cgroup","options":["ro"]}],
        "linux":{"namespaces":[{"type":"pid"},{"type":"mount"},{"type":"network","path":"/proc/1/ns/net"},{"type":"ipc"},{"type":"uts"},{"type":"cgroup"},{"type":"user"}],"uidMappings":[{"containerID":0,"hostID":1,"size":2}],"gidMappings":[{"containerID":0,"hostID":1,"size":2}],
        "devices":[{"path":"/dev/x","type":"c","major":1,"minor":3,"fileMode":438,"uid":0,"gid":0}],"cgroupsPath":"/quai-fuzz/c","resources":{"devices":[{"allow":false,"access":"rwm"},{"allow":true,"type":"c","major":1,"minor":3,"access":"rw"}],"memory":{"limit":10000000,"swap":20000000,"reservation":5,"swappiness":6,"disableOOMKiller":false},
        "cpu":{"shares":10,"quota":20000,"period":100000,"cpus":"0","mems":"0"},"pids":{"limit":10},"blockIO":{"weight":10,"throttleReadBpsDevice":[{"major":1,"minor":1,"rate":1}]},"hugepageLimits":[{"pageSize":"2MB","limit":1}],"unified":{"memory.high":"1"}},"rootfsPropagation":"private",
        "seccomp":{"defaultAction":"SCMP_ACT_ERRNO","architectures":["SCMP_ARCH_X86_64"],"syscalls":[{"names":["read"],"action":"SCMP_ACT_ALLOW"}]},"sysctl":{"net.ipv4.ip_forward":"1"},"maskedPaths":["/proc/kcore"],"readonlyPaths":["/proc/sys"]}}
        """u8.ToArray();

    [Fact]
    public void A_config_is_compiled_or_refused() => Fuzz.Holds(new Property("plan", input =>
    {
        RuntimeSpec spec = RuntimeSpecReader.ReadSpec(input);
        byte[] block = SpecCompiler.Compile(spec, new SpecCompiler.Settings { Host = GoldenPlanTests.Unified, Identity = new ContainerIdentity("some-id", "/some/bundle", null) }).ToBlock();
        Assert.True(IsWhole(block));
    })
    {
        Seeds = [s_spec], Always = JsonMutator.EveryValue(s_spec), Mutate = JsonMutator.Mutate, Refuses = static e => e is QuaiException or JsonException or LinuxException, MaxAllocation = 128 << 20,
    });

    [Fact]
    public unsafe void A_block_whose_pointers_lead_out_of_it_is_refused()
    {
        byte[] good = SpecCompiler.Compile(RuntimeSpecReader.ReadSpec(s_spec), new SpecCompiler.Settings { Host = GoldenPlanTests.Unified, Identity = new ContainerIdentity("some-id", "/some/bundle", null) }).ToBlock();
        Fuzz.Holds(new Property("plan-block", input =>
        {
            // Writes outside would go into memory reserved for that, and nowhere else.
            byte* region = (byte*)NativeMemory.AlignedAlloc((nuint)input.Length, 8);
            try
            {
                input.CopyTo(new Span<byte>(region, input.Length));
                if (!IsWhole(input))
                {
                    Assert.False(PlanInterpreter.Relocate(region, input.Length));
                }
            }
            finally
            {
                NativeMemory.AlignedFree(region);
            }
        })
        {
            Seeds = [good],
        });
    }

    /// <summary>Whether all that the block's header and relocations speak of lies in the block.</summary>
    private static unsafe bool IsWhole(byte[] block)
    {
        if (block.Length < sizeof(PlanHeader))
        {
            return false;
        }

        PlanHeader header = MemoryMarshal.Read<PlanHeader>(block);
        bool Fits(long offset, long count, long size) => offset >= 0 && count >= 0 && offset + (count * size) <= block.Length;
        if (header.Version is < PlanVersions.Oldest or > PlanVersions.Current || header.Size != block.Length || !Fits(header.RelocationsOffset, header.RelocationCount, 4)
            || !Fits(header.ParentOffset, header.ParentCount, sizeof(PlanStep)) || !Fits(header.ChildOffset, header.ChildCount, sizeof(PlanStep)))
        {
            return false;
        }

        for (int i = 0; i < header.RelocationCount; i++)
        {
            int at = BinaryPrimitives.ReadInt32LittleEndian(block.AsSpan(header.RelocationsOffset + (i * 4)));
            if (!Fits(at, 1, 8) || BinaryPrimitives.ReadInt64LittleEndian(block.AsSpan(at)) is var target && (target < 0 || target >= block.Length))
            {
                return false;
            }
        }

        return true;
    }
}

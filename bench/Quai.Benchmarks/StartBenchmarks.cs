using System.Runtime.InteropServices;
using BenchmarkDotNet.Attributes;
using Quai.Engine.Containers.Spec;
using Quai.Engine.Containers.Spec.Limits;
using Quai.Engine.Containers.Spec.Networking;
using Quai.Engine.Specs;
using Quai.Linux;
using Quai.Oci.Runtime;
using Quai.Runtime.SeccompFilters;
using Quai.Runtime.Specs;

namespace Quai.Benchmarks;

/// <summary>What the daemon computes before a container can start.</summary>
[MemoryDiagnoser]
public class StartBenchmarks
{
    private readonly SpecRequest _request = new()
    {
        Id = "25bdb359cc33aa25bdb359cc33aa25bdb359cc33aa25bdb359cc33aa25bdb359",
        Spec = new ContainerSpec
        {
            Image = "box",
            Program = new ProgramSpec { Command = ["sleep", "1000"] },
            Network = new NetworkSpec { Mode = new("bridge") },
            Log = LogSpec.Nowhere,
            Limits = new ResourceLimits { Memory = new() { Limit = 64 << 20, Swap = 128 << 20 }, Cpu = new() { NanoCpus = 500_000_000 }, Pids = 100 },
        },
        User = ResolvedUser.Root,
        RootPath = "/root-of-it",
        Hostname = "25bdb359cc33",
        CgroupsPath = "/docker/25bdb359cc33",
        Mounts = [new() { Destination = "/etc/hosts", Source = "/c/hosts", Propagation = "rprivate" }],
    };

    private RuntimeSpec _spec = null!;
    private Seccomp _profile = null!;

    /// <summary>Makes what is compiled.</summary>
    [GlobalSetup]
    public void Prepare()
    {
        _spec = RuntimeSpecBuilder.Build(_request);
        _profile = DefaultSeccompProfile.For(Capabilities.Default.ToHashSet(), RuntimeInformation.OSArchitecture, Environment.OSVersion.Version);
    }

    /// <summary>A container's specification into an OCI config.</summary>
    [Benchmark]
    public RuntimeSpec BuildSpec() => RuntimeSpecBuilder.Build(_request);

    /// <summary>An OCI config into the plan that the shim runs.</summary>
    [Benchmark]
    public byte[] CompilePlan() => SpecCompiler.Compile(_spec, new SpecCompiler.Settings()).ToBlock();

    /// <summary>The default seccomp profile into a filter.</summary>
    [Benchmark]
    public SeccompProgram CompileSeccomp() => SeccompCompiler.Compile(_profile);
}

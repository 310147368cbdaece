using System.Runtime.InteropServices;
using BenchmarkDotNet.Attributes;
using Quai.Api.Containers;
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
        Config = new ContainerConfig { Cmd = ["sleep", "1000"] },
        HostConfig = new HostConfig { Memory = 64 << 20, NanoCpus = 500_000_000, PidsLimit = 100 },
        User = ResolvedUser.Root,
        RootPath = "/root-of-it",
        Hostname = "25bdb359cc33",
        CgroupParent = "/docker",
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

    /// <summary>Docker's create request into an OCI config.</summary>
    [Benchmark]
    public RuntimeSpec BuildSpec() => RuntimeSpecBuilder.Build(_request);

    /// <summary>An OCI config into the plan that the shim runs.</summary>
    [Benchmark]
    public byte[] CompilePlan() => SpecCompiler.Compile(_spec, new SpecCompiler.Settings()).ToBlock();

    /// <summary>The default seccomp profile into a filter.</summary>
    [Benchmark]
    public SeccompProgram CompileSeccomp() => SeccompCompiler.Compile(_profile);
}

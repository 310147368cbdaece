using System.Text;
using System.Text.Json;
using Quai.Oci.Runtime;

namespace Quai.Oci.Tests.Fuzzing;

/// <summary>The runtime specification's documents, as other engines give them to <c>quai-runtime</c>.</summary>
[Collection(FuzzingCollection.Name)]
public sealed class RuntimeSpecFuzzTests
{
    private const string Process = """
        {"terminal":true,"consoleSize":{"height":1,"width":2},"user":{"uid":1,"gid":2,"umask":18,"additionalGids":[3]},"args":["sh"],"commandLine":"x","env":["A=b"],"cwd":"/",
        "capabilities":{"bounding":["CAP_CHOWN"],"effective":["CAP_CHOWN"],"permitted":["CAP_CHOWN"],"inheritable":[],"ambient":[]},"rlimits":[{"type":"RLIMIT_NOFILE","hard":10,"soft":5}],
        "noNewPrivileges":true,"apparmorProfile":"p","selinuxLabel":"l","oomScoreAdj":1,"scheduler":{"policy":"SCHED_OTHER","nice":1},"ioPriority":{"class":"IOPRIO_CLASS_IDLE","priority":1},"execCPUAffinity":{"initial":"0","final":"1"}}
        """;

    private const string Resources = """
        {"devices":[{"allow":true,"type":"c","major":1,"minor":3,"access":"rwm"}],"memory":{"limit":1,"reservation":2,"swap":3,"kernel":4,"kernelTCP":5,"swappiness":6,"disableOOMKiller":true},
        "cpu":{"shares":1,"quota":2,"burst":3,"period":4,"realtimeRuntime":5,"realtimePeriod":6,"cpus":"0","mems":"0","idle":1},"pids":{"limit":1},
        "blockIO":{"weight":1,"leafWeight":1,"weightDevice":[{"major":1,"minor":1,"weight":1}],"throttleReadBpsDevice":[{"major":1,"minor":1,"rate":1}],"throttleWriteBpsDevice":[],"throttleReadIOPSDevice":[],"throttleWriteIOPSDevice":[]},
        "hugepageLimits":[{"pageSize":"2MB","limit":1}],"network":{"classID":1,"priorities":[{"name":"a","priority":1}]},"rdma":{"a":{"hcaHandles":1}},"unified":{"a":"b"}}
        """;

    internal const string Spec = $$$$$"""
        {"ociVersion":"1.2.0","process":{{{{{Process}}}}},"root":{"path":"rootfs","readonly":true},"hostname":"h","domainname":"d",
        "mounts":[{"destination":"/proc","type":"proc","source":"proc","options":["nosuid"],"uidMappings":[{"containerID":0,"hostID":1,"size":2}],"gidMappings":[]}],
        "hooks":{"prestart":[{"path":"/a","args":["a"],"env":["b"],"timeout":1}],"createRuntime":[],"createContainer":[],"startContainer":[],"poststart":[],"poststop":[]},"annotations":{"a":"b"},
        "linux":{"namespaces":[{"type":"pid","path":"/p"},{"type":"mount"}],"uidMappings":[{"containerID":0,"hostID":1,"size":2}],"gidMappings":[],"devices":[{"path":"/dev/x","type":"c","major":1,"minor":2,"fileMode":438,"uid":0,"gid":0}],
        "cgroupsPath":"/c","resources":{{{{{Resources}}}}},"rootfsPropagation":"private","seccomp":{"defaultAction":"SCMP_ACT_ERRNO","defaultErrnoRet":1,"architectures":["SCMP_ARCH_X86_64"],"flags":["SECCOMP_FILTER_FLAG_LOG"],"listenerPath":"/l","listenerMetadata":"m",
        "syscalls":[{"names":["read"],"action":"SCMP_ACT_ALLOW","errnoRet":1,"args":[{"index":0,"value":1,"valueTwo":2,"op":"SCMP_CMP_EQ"}]}]},
        "sysctl":{"net.a":"1"},"maskedPaths":["/m"],"readonlyPaths":["/r"],"mountLabel":"l","intelRdt":{"closID":"a"},"personality":{"domain":"LINUX","flags":[]},"timeOffsets":{"monotonic":{"secs":1,"nanosecs":2}}}}
        """;

    [Fact]
    public void A_config_is_read_or_refused() => Holds("runtime-spec", Spec, static json => RuntimeSpecReader.ReadSpec(json));

    [Fact]
    public void A_process_is_read_or_refused() => Holds("runtime-process", Process, static json => RuntimeSpecReader.ReadProcess(json));

    [Fact]
    public void Resources_are_read_or_refused() => Holds("runtime-resources", Resources, static json => RuntimeSpecReader.ReadResources(json));

    private static void Holds(string name, string sample, Action<byte[]> check)
    {
        byte[] json = Encoding.UTF8.GetBytes(sample);
        Fuzz.Holds(new Property(name, check) { Seeds = [json], Always = JsonMutator.EveryValue(json), Mutate = JsonMutator.Mutate, Refuses = static e => e is JsonException });
    }
}

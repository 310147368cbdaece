using System.Runtime.InteropServices;
using System.Text;
using Quai.Errors;
using Quai.Runtime.SeccompFilters;

namespace Quai.Runtime.Tests.Fuzzing;

/// <summary>Users' own seccomp profiles.</summary>
[Collection(FuzzingCollection.Name)]
public sealed class SeccompFuzzTests
{
    [Fact]
    public void A_profile_is_compiled_or_refused()
    {
        byte[] profile = """
            {"defaultAction":"SCMP_ACT_ERRNO","defaultErrnoRet":1,"archMap":[{"architecture":"SCMP_ARCH_X86_64","subArchitectures":["SCMP_ARCH_X86","SCMP_ARCH_X32"]}],"flags":["SECCOMP_FILTER_FLAG_LOG"],"listenerPath":"","listenerMetadata":"",
            "syscalls":[{"names":["read","socket"],"action":"SCMP_ACT_ALLOW","errnoRet":5,"args":[{"index":0,"value":40,"valueTwo":1,"op":"SCMP_CMP_NE"},{"index":1,"value":4294967296,"valueTwo":5,"op":"SCMP_CMP_MASKED_EQ"}],"comment":"c",
            "includes":{"arches":["amd64"],"caps":["CAP_CHOWN"],"minKernel":"4.8"},"excludes":{"arches":["arm64"],"caps":["CAP_SYS_ADMIN"],"minKernel":"99.1"}},{"name":"clone","action":"SCMP_ACT_TRACE","args":[{"index":0,"value":1,"op":"SCMP_CMP_GE"}]}]}
            """u8.ToArray();
        HashSet<string> capabilities = ["CAP_CHOWN"];
        Fuzz.Holds(new Property("seccomp-profile", input =>
        {
            if (SeccompProfileReader.Parse(Encoding.UTF8.GetString(input), capabilities, Architecture.X64, new Version(6, 1)) is { } read)
            {
                SeccompProgram program = SeccompCompiler.Compile(read, Architecture.X64);
                Assert.InRange(program.InstructionCount, 1, 4096);
            }
        })
        {
            Seeds = [profile], Always = JsonMutator.EveryValue(profile), Mutate = JsonMutator.Mutate, Refuses = static e => e is QuaiException,
        });
    }
}

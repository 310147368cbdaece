using Quai.Oci.Runtime;
using Quai.Runtime.SeccompFilters;
using Quai.Runtime.Specs;

namespace Quai.Runtime.Tests.Specs;

/// <summary>Filters that let a process clone itself under them, and those that do not.</summary>
public sealed class JoiningCallsTests
{
    [Fact]
    public void The_default_profile_does() =>
        Assert.True(JoiningCalls.Allows(SeccompCompiler.Compile(DefaultSeccompProfile.For(new HashSet<string>(), System.Runtime.InteropServices.RuntimeInformation.OSArchitecture, new Version(6, 1))), terminal: true));

    [Theory]
    [InlineData("clone", false)]
    [InlineData("setsid", false)]
    [InlineData("prctl", false)]
    [InlineData("write", false)]
    [InlineData("ioctl", true)]
    public void One_that_refuses_a_call_of_its_own_does_not(string call, bool withoutTerminal)
    {
        SeccompProgram filter = SeccompCompiler.Compile(new Seccomp
        {
            DefaultAction = "SCMP_ACT_ALLOW",
            Syscalls = [new SeccompSyscall { Names = [call], Action = "SCMP_ACT_ERRNO" }],
        });
        Assert.False(JoiningCalls.Allows(filter, terminal: true));
        Assert.Equal(withoutTerminal, JoiningCalls.Allows(filter, terminal: false));
    }

    [Fact]
    public void One_that_kills_by_default_does_not() =>
        Assert.False(JoiningCalls.Allows(SeccompCompiler.Compile(new Seccomp { DefaultAction = "SCMP_ACT_KILL_PROCESS" }), terminal: false));
}

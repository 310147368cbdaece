using Quai.Linux.Seccomp;

namespace Quai.Runtime.Tests.SeccompFilters;

public sealed class SyscallTableTests
{
    [Theory]
    [InlineData("read", 0, 3, 0, 63, 3)]
    [InlineData("socket", 41, 359, 41, 198, 281)]
    [InlineData("rt_sigaction", 13, 174, 512, 134, 174)]
    [InlineData("clone3", 435, 435, 435, 435, 435)]
    [InlineData("open", 2, 5, 2, -1, 5)]
    [InlineData("chown32", -1, 212, -1, -1, 212)]
    [InlineData("file_setattr", 469, 469, 469, 469, 469)]
    [InlineData("uretprobe", 335, -1, -1, -1, -1)]
    [InlineData("set_tls", -1, -1, -1, -1, 983045)]
    public void Knows_numbers(string name, int x64, int x86, int x32, int arm64, int arm)
    {
        int index = SyscallTable.IndexOf(name);
        Assert.Equal(name, SyscallTable.NameAt(index));
        Assert.Equal(
            [x64, x86, x32, arm64, arm],
            Enum.GetValues<SyscallAbi>().Select(abi => SyscallTable.NumberAt(index, abi)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a")]
    [InlineData("zzz")]
    [InlineData("readx")]
    [InlineData("réad")]
    public void Does_not_know_others(string name) => Assert.Equal(-1, SyscallTable.IndexOf(name));

    [Fact]
    public void Is_sorted_and_finds_every_name()
    {
        for (int i = 0; i < SyscallTable.Length; i++)
        {
            Assert.Equal(i, SyscallTable.IndexOf(SyscallTable.NameAt(i)));
        }
    }

    /// <summary>Where libseccomp knows a call, it has the same number. Those it gives to calls that Linux never had do not count.</summary>
    [Fact]
    public void Agrees_with_libseccomp()
    {
        (SyscallAbi Abi, uint Token)[] abis =
            [(SyscallAbi.X86_64, 0xc000003e), (SyscallAbi.X86, 0x40000003), (SyscallAbi.X32, 0x4000003e), (SyscallAbi.Arm64, 0xc00000b7), (SyscallAbi.Arm, 0x40000028)];
        int compared = 0;
        for (int i = 0; i < SyscallTable.Length; i++)
        {
            string name = SyscallTable.NameAt(i);
            foreach ((SyscallAbi abi, uint token) in abis)
            {
                int number = SyscallTable.NumberAt(i, abi);
                int other = LibSeccomp.NumberOf(name, token);
                if (number >= 0 && other >= 0)
                {
                    Assert.True((other & ~0x40000000) == number, $"{name} on {abi}: {number}, libseccomp {other}");
                    compared++;
                }
            }
        }

        Assert.True(compared > 1800, $"compared {compared}");
    }
}

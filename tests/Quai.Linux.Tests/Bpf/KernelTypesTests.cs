using Quai.Linux.Bpf;
using Xunit;

namespace Quai.Linux.Tests.Bpf;

/// <summary>What the kernel says of its structures.</summary>
public sealed class KernelTypesTests
{
    [Theory]
    [InlineData("sockaddr_in6", "sin6_port", 16)]
    [InlineData("sockaddr_in6", "sin6_scope_id", 24 * 8)]
    [InlineData("tcphdr", "syn", (13 * 8) + 1)]
    public void Members_are_where_the_interface_has_them(string structure, string member, int bit)
    {
        // A kernel without descriptions of its types says nothing.
        Assert.Equal(File.Exists("/sys/kernel/btf/vmlinux") ? bit : null, KernelTypes.BitOffset(structure, member));
    }

    [Theory]
    [InlineData("sockaddr_in6", "nosuch_member_at_all")]
    [InlineData("nosuch_structure_at_all", "sin6_port")]
    [InlineData("tcphdr", "sin6_port")]
    public void What_is_not_there_is_not_found(string structure, string member) => Assert.Null(KernelTypes.BitOffset(structure, member));
}

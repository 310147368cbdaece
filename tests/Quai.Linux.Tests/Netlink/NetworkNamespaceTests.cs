using Quai.Linux.Netlink;
using Xunit;

namespace Quai.Linux.Tests.Netlink;

public sealed class NetworkNamespaceTests
{
    [Fact]
    public void The_namespace_of_a_process_that_is_gone_is_not_opened()
    {
        LinuxException gone = Assert.Throws<LinuxException>(() => NetworkNamespace.OpenOf(int.MaxValue));
        Assert.Equal(("open", Errno.ENOENT), (gone.Call, gone.Errno));
    }

    [Fact]
    public void A_descriptor_is_invalid_by_its_lower_half()
    {
        using var none = new FileDescriptor();
        Assert.True(none.IsInvalid);
        using FileDescriptor own = NetworkNamespace.OpenCurrent();
        Assert.False(own.IsInvalid);
        Assert.True(own.Number > 2);
    }
}

using System.Globalization;
using Quai.Linux.Quotas;
using Xunit;

namespace Quai.Linux.Tests.Quotas;

/// <summary>Work without the capability to exceed quotas.</summary>
public sealed class BoundByQuotasTests
{
    private static readonly ulong s_resource = Capabilities.ToMask(["CAP_SYS_RESOURCE"]);

    [Fact]
    public void The_work_lacks_that_capability_alone_and_the_caller_keeps_it()
    {
        ulong before = Effective(), within = 0;
        BoundByQuotas.Run(() => within = Effective());
        Assert.Equal(before & ~s_resource, within);
        Assert.Equal(before, Effective());
    }

    [Fact]
    public void What_it_throws_is_thrown() => Assert.Throws<FileNotFoundException>(() => BoundByQuotas.Run(() => throw new FileNotFoundException()));

    private static ulong Effective()
    {
        const string Field = "CapEff:";
        string line = File.ReadLines("/proc/thread-self/status").First(line => line.StartsWith(Field, StringComparison.Ordinal));
        return ulong.Parse(line.AsSpan(Field.Length).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
    }
}

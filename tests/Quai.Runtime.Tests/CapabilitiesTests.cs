using Quai.Linux;

namespace Quai.Runtime.Tests;

/// <summary>Names, numbers and masks.</summary>
public sealed class CapabilitiesTests
{
    private const ulong All = 0x1ffffffffff;

    [Fact]
    public void Default_is_dockers_mask() => Assert.Equal(0xa80425fbul, Capabilities.ToMask(Capabilities.Default));

    [Fact]
    public void Numbers_and_names_agree()
    {
        Assert.Equal(41, Capabilities.Names.Count);
        Assert.Equal(21, Capabilities.NumberOf("CAP_SYS_ADMIN"));
        Assert.Equal(40, Capabilities.NumberOf("CAP_CHECKPOINT_RESTORE"));
        Assert.Equal(-1, Capabilities.NumberOf("CAP_FOO"));
        Assert.Equal(All, Capabilities.ToMask(Capabilities.Names));
        Assert.Equal(Capabilities.Names, Capabilities.FromMask(ulong.MaxValue));
        Assert.InRange(Capabilities.ReadLastKnown(), 37, 63);
        Assert.Contains("CAP_SYS_ADMIN", Capabilities.Available);
    }
}

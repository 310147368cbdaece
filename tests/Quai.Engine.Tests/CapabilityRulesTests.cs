using Quai.Engine.Specs;
using Quai.Errors;
using Quai.Linux;
using Xunit;

namespace Quai.Engine.Tests;

/// <summary>What Docker Engine 26.1 gave containers with these options, by their CapBnd.</summary>
public sealed class CapabilityRulesTests
{
    private const ulong Observed = 0x1fffeffffff;

    [Theory]
    [InlineData("", "", false, 0xa80425fb)]
    [InlineData("ALL", "NET_RAW", false, 0x1fffeffdfff)]
    [InlineData("all", "", false, Observed)]
    [InlineData("net_raw", "ALL", false, 0x2000)]
    [InlineData("ALL", "ALL", false, Observed)]
    [InlineData("", "all", false, 0)]
    [InlineData("", "", true, Observed)]
    [InlineData("", "NET_RAW", true, Observed)]
    [InlineData("", "ALL", true, Observed)]
    [InlineData("sys_admin", "sys_admin", false, 0xa82425fb)]
    [InlineData("ALL", "CHOWN", false, 0x1fffefffffe)]
    [InlineData("cap_sys_admin,CHOWN", "CAP_KILL", false, 0xa82425db)]
    public void Applies_options_as_docker(string add, string drop, bool privileged, ulong expected)
    {
        string[] adds = add.Split(',', StringSplitOptions.RemoveEmptyEntries), drops = drop.Split(',', StringSplitOptions.RemoveEmptyEntries);
        IReadOnlyList<string> result = CapabilityRules.Apply(Capabilities.Default, adds, drops, privileged, Capabilities.FromMask(Observed));
        Assert.Equal(expected, Capabilities.ToMask(result));
        Assert.Equal(result.Distinct(), result);
    }

    [Theory]
    [InlineData("FOO", "", "invalid CapAdd: unknown capability: \"CAP_FOO\"")]
    [InlineData("cap_foo", "", "invalid CapAdd: unknown capability: \"CAP_FOO\"")]
    [InlineData("", "net_rawx", "invalid CapDrop: unknown capability: \"CAP_NET_RAWX\"")]
    [InlineData("CAP_ALL", "", "invalid CapAdd: unknown capability: \"CAP_ALL\"")]
    [InlineData("ALL,FOO", "", "invalid CapAdd: unknown capability: \"CAP_FOO\"")]
    public void Refuses_unknown_names_in_dockers_words(string add, string drop, string message)
    {
        string[] adds = add.Split(',', StringSplitOptions.RemoveEmptyEntries), drops = drop.Split(',', StringSplitOptions.RemoveEmptyEntries);
        QuaiException error = Assert.Throws<QuaiException>(() => CapabilityRules.Apply(Capabilities.Default, adds, drops, privileged: true));
        Assert.Equal(message, error.Message);
        Assert.Equal(ErrorKind.InvalidParameter, error.Kind);
    }
}

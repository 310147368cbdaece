using Quai.Engine.Containers.Spec;
using Quai.Errors;
using Xunit;

namespace Quai.Engine.Tests.Security;

public sealed class SecurityOptionsTests
{
    [Theory]
    [InlineData("no-new-privileges", true)]
    [InlineData("no-new-privileges=true", true)]
    [InlineData("no-new-privileges:true", true)]
    [InlineData("no-new-privileges=1", true)]
    [InlineData("no-new-privileges:false", false)]
    [InlineData("no-new-privileges=F", false)]
    public void All_spellings_of_no_new_privileges_are_read(string option, bool expected) => Assert.Equal(expected, SecurityOptions.Parse([option]).NoNewPrivileges);

    [Theory]
    [InlineData("writable-cgroups", true)]
    [InlineData("writable-cgroups=true", true)]
    [InlineData("writable-cgroups=0", false)]
    public void Writable_cgroups(string option, bool expected) => Assert.Equal(expected, SecurityOptions.Parse([option]).WritableCgroups);

    [Fact]
    public void Profiles_and_what_is_so_anyway()
    {
        SecurityOptions read = SecurityOptions.Parse(["seccomp={\"a\":\"b=c\"}", "apparmor=one", "apparmor=two", "label=disable", "label:disable", "disable"]);
        Assert.Equal(new SecurityOptions(null, "{\"a\":\"b=c\"}", "two", null), read);
        Assert.Equal(new SecurityOptions(null, null, null, null), SecurityOptions.Parse(null));
    }

    [Theory]
    [InlineData("nonsense", "invalid --security-opt 1: \"nonsense\"")]
    [InlineData("", "invalid --security-opt 1: \"\"")]
    [InlineData("nonsense=1", "invalid --security-opt 2: \"nonsense=1\"")]
    [InlineData("systempaths=unconfined", "invalid --security-opt 2: \"systempaths=unconfined\"")]
    [InlineData("credentialspec=file://x", "invalid --security-opt 2: \"credentialspec=file://x\"")]
    [InlineData("Seccomp=unconfined", "invalid --security-opt 2: \"Seccomp=unconfined\"")]
    [InlineData(" apparmor=x", "invalid --security-opt 2: \" apparmor=x\"")]
    [InlineData("no-new-privileges=", "invalid --security-opt 2: \"no-new-privileges=\"")]
    [InlineData("no-new-privileges=yes", "invalid --security-opt 2: \"no-new-privileges=yes\"")]
    [InlineData("writable-cgroups=maybe", "invalid --security-opt 2: \"writable-cgroups=maybe\"")]
    [InlineData("label=type:svirt_t", "--security-opt label=type:svirt_t cannot be kept: SELinux labels are not available in this version of Quai; take the option out, or say label=disable")]
    [InlineData("label:level:s0:c1", "--security-opt label:level:s0:c1 cannot be kept: SELinux labels are not available in this version of Quai; take the option out, or say label=disable")]
    [InlineData("label=nested", "--security-opt label=nested cannot be kept: SELinux labels are not available in this version of Quai; take the option out, or say label=disable")]
    public void What_is_not_known_or_cannot_be_kept_is_refused(string option, string message)
    {
        QuaiException e = Assert.Throws<QuaiException>(() => SecurityOptions.Parse(["no-new-privileges", option]));
        Assert.Equal((message, ErrorKind.InvalidParameter), (e.Message, e.Kind));
    }
}

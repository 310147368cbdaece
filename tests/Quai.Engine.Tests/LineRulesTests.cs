using Quai.Api.Containers;
using Quai.Engine.Containers.Requests;
using Quai.Engine.Specs;
using Quai.Errors;
using Xunit;

namespace Quai.Engine.Tests;

/// <summary>Texts that must be one line, and parents of cgroups.</summary>
public sealed class LineRulesTests
{
    public static TheoryData<string, Action<ContainerConfig, HostConfig>> Bad => new()
    {
        { "invalid hostname \"a\\nb\": it must not contain control characters", (c, _) => c.Hostname = "a\nb" },
        { "invalid hostname \"a\\tb\": it must not contain control characters", (c, _) => c.Hostname = "a\tb" },
        { "invalid domainname \"a\\u001b\": it must not contain control characters", (c, _) => c.Domainname = "a\u001b" },
        { "invalid extra host \"a:1.2.3.4\\n6.6.6.6 b\": it must not contain control characters", (_, h) => h.ExtraHosts = ["a:1.2.3.4\n6.6.6.6 b"] },
        { "bad format for add-host: \"a\"", (_, h) => h.ExtraHosts = ["a"] },
        { "bad format for add-host: \":1.2.3.4\"", (_, h) => h.ExtraHosts = [":1.2.3.4"] },
        { "invalid IP address in add-host: \"x\"", (_, h) => h.ExtraHosts = ["a:x"] },
        { "invalid IP address in add-host: \"1.2\"", (_, h) => h.ExtraHosts = ["a:1.2"] },
        { "invalid IP address in add-host: \"\"", (_, h) => h.ExtraHosts = ["a:"] },
        { "invalid DNS server \"1.2.3.4\\nx\": it must not contain control characters", (_, h) => h.Dns = ["1.2.3.4\nx"] },
        { "invalid DNS search domain \"a\\rb\": it must not contain control characters", (_, h) => h.DnsSearch = ["a\rb"] },
        { "invalid DNS option \"a\\nb\": it must not contain control characters", (_, h) => h.DnsOptions = ["a\nb"] },
        { "invalid cgroup parent \"/a/../b\": each part of it must be the name of a cgroup, neither empty nor \".\" nor \"..\"", (_, h) => h.CgroupParent = "/a/../b" },
    };

    [Theory]
    [MemberData(nameof(Bad))]
    public void What_would_write_a_line_of_its_own_is_refused(string message, Action<ContainerConfig, HostConfig> change)
    {
        (ContainerConfig config, HostConfig host) = (new ContainerConfig(), new HostConfig());
        LineRules.Check(config, host);
        change(config, host);
        QuaiException e = Assert.Throws<QuaiException>(() => LineRules.Check(config, host));
        Assert.Equal((ErrorKind.InvalidParameter, message), (e.Kind, e.Message));
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("/", true)]
    [InlineData("/quai", true)]
    [InlineData("group", true)]
    [InlineData("/a/b.slice/", true)]
    [InlineData("..", false)]
    [InlineData(".", false)]
    [InlineData("/a/..", false)]
    [InlineData("../a", false)]
    [InlineData("a/./b", false)]
    [InlineData("a//b", false)]
    [InlineData("//", false)]
    [InlineData("a\nb", false)]
    public void A_cgroup_parent_is_a_plain_path(string parent, bool good) => Assert.Equal(good, CgroupParents.Complaint(parent) is null);

    [Theory]
    [InlineData("0-3\n", new[] { 0, 1, 2, 3 })]
    [InlineData("0,2-3", new[] { 0, 2, 3 })]
    [InlineData("", new int[0])]
    public void Lists_of_processors_are_read(string list, int[] numbers) => Assert.Equal(numbers, Processors.Parse(list));
}

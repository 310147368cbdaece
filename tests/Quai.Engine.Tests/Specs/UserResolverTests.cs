using Quai.Engine.Specs;
using Quai.Errors;

namespace Quai.Engine.Tests.Specs;

public sealed class UserResolverTests
{
    private const string Passwd = "root:x:0:0:root:/root:/bin/sh\ndaemon:x:1:1::/usr/sbin:/bin/false\n\nann:x:1000:100:Ann:/home/ann:/bin/sh\nshort\n42:x:7:8::/n:\n";
    private const string Group = "root:x:0:root\ndaemon:x:1:\nadm:x:4:ann,root\nusers:x:100:\naudio:x:29:bob,ann\nprimary:x:100:ann\nbroken\n";

    [Theory]
    [InlineData("", 0, 0, "4", "/root")]
    [InlineData("root", 0, 0, "4", "/root")]
    [InlineData("daemon", 1, 1, "", "/usr/sbin")]
    [InlineData("ann", 1000, 100, "4,29", "/home/ann")]
    [InlineData("1000", 1000, 100, "4,29", "/home/ann")]
    [InlineData("ann:daemon", 1000, 1, "", "/home/ann")]
    [InlineData("ann:77", 1000, 77, "", "/home/ann")]
    [InlineData("1234", 1234, 0, "", "/")]
    [InlineData("1234:5", 1234, 5, "", "/")]
    [InlineData("1234:audio", 1234, 29, "", "/")]
    [InlineData(":33", 0, 33, "", "/root")]
    [InlineData("5:", 5, 0, "", "/")]
    [InlineData("42", 7, 8, "", "/n")]
    public void Resolves(string spec, uint uid, uint gid, string groups, string home)
    {
        ResolvedUser user = UserResolver.Resolve(spec, Passwd, Group);
        Assert.Equal((uid, gid, home), (user.Uid, user.Gid, user.Home));
        Assert.Equal(groups, string.Join(',', user.AdditionalGids));
    }

    [Fact]
    public void Adds_groups_by_name_and_number() =>
        Assert.Equal([4u, 29u, 1u, 9999u], UserResolver.Resolve("ann", Passwd, Group, ["daemon", "9999", "29"]).AdditionalGids);

    [Fact]
    public void Needs_no_files_for_numbers()
    {
        Assert.Equal((0u, 0u), (UserResolver.Resolve("", "", "").Uid, UserResolver.Resolve("", "", "").Gid));
        Assert.Equal((12u, 34u), (UserResolver.Resolve("12:34", "", "").Uid, UserResolver.Resolve("12:34", "", "").Gid));
    }

    [Theory]
    [InlineData("foo", "", "unable to find user foo: no matching entries in passwd file")]
    [InlineData("foo:bar", "", "unable to find user foo: no matching entries in passwd file")]
    [InlineData("0:bar", "", "unable to find group bar: no matching entries in group file")]
    [InlineData("99999999999", "", "uids and gids must be in range 0-2147483647")]
    [InlineData("-1", "", "uids and gids must be in range 0-2147483647")]
    [InlineData("0:2147483648", "", "uids and gids must be in range 0-2147483647")]
    [InlineData("0", "nogrp", "Unable to find group nogrp: no matching entries in group file")]
    [InlineData("0", "9999999999", "uids and gids must be in range 0-2147483647")]
    public void Refuses_in_dockers_words(string spec, string groupAdd, string message) =>
        Assert.Equal(message, Assert.Throws<QuaiException>(() => UserResolver.Resolve(spec, Passwd, Group, groupAdd.Length > 0 ? [groupAdd] : null)).Message);
}

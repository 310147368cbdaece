using Quai.BuildTransfer;

namespace Quai.BuildClient.Tests;

public sealed class TreeListingTests
{
    private static readonly ContextEntry s_file = new("a/b", ContextEntryKind.File, 0x1a4) { Size = 3, ModifiedAt = 5, LinkName = "", Attributes = new Dictionary<string, byte[]> { ["user.x"] = [1] } };

    private static readonly Dictionary<string, Func<ContextEntry, ContextEntry>> s_changes = new()
    {
        ["path"] = e => e with { Path = "a/c" },
        ["kind"] = e => e with { Kind = ContextEntryKind.Pipe },
        ["mode"] = e => e with { Mode = 0x1a5 },
        ["uid"] = e => e with { Uid = 1 },
        ["gid"] = e => e with { Gid = 1 },
        ["size"] = e => e with { Size = 4 },
        ["time"] = e => e with { ModifiedAt = 6 },
        ["change"] = e => e with { ChangedAt = 6 },
        ["link"] = e => e with { LinkName = "x" },
        ["major"] = e => e with { DeviceMajor = 1 },
        ["minor"] = e => e with { DeviceMinor = 1 },
        ["attribute"] = e => e with { Attributes = new Dictionary<string, byte[]> { ["user.x"] = [2] } },
        ["attributes"] = e => e with { Attributes = new Dictionary<string, byte[]>() },
        ["split"] = e => e with { Path = "a/", LinkName = "b" },
    };

    public static TheoryData<string> Changes => new(s_changes.Keys);

    [Fact]
    public void The_same_list_has_the_same_digest() => Assert.Equal(TreeListing.Of([s_file, s_file with { Path = "b" }]), TreeListing.Of([s_file with { Size = 3 }, s_file with { Path = "b" }]));

    [Theory]
    [MemberData(nameof(Changes))]
    public void Whatever_is_said_of_a_file_counts(string what) => Assert.NotEqual(TreeListing.Of([s_file]), TreeListing.Of([s_changes[what](s_file)]));

    [Fact]
    public void Order_and_number_count()
    {
        ContextEntry other = s_file with { Path = "b" };
        Assert.NotEqual(TreeListing.Of([s_file, other]), TreeListing.Of([other, s_file]));
        Assert.NotEqual(TreeListing.Of([s_file]), TreeListing.Of([s_file, s_file]));
    }

    [Fact]
    public void Long_names_fit() => Assert.NotEqual(
        TreeListing.Of([s_file with { Path = new string('ä', 4000) }]), TreeListing.Of([s_file with { Path = new string('ä', 4001), LinkName = new string('x', 3000) }]));
}

using Quai.Engine.Containers.Spec;
using Quai.Errors;
using Xunit;

namespace Quai.Engine.Tests.Specs;

public sealed class OwnerMapTests
{
    private const string Same = "0 0 4294967295\n";

    [Theory]
    [InlineData("uids=0-1000-1;gids=0-2000-1", "0 1000 1\n", "0 2000 1\n")]
    [InlineData("uids=0-1-10#10-11-10", "0 1 10\n10 11 10\n", Same)]
    [InlineData("gids=5-6-7", Same, "5 6 7\n")]
    public void A_map_is_what_the_kernel_wants(string text, string uids, string gids) => Assert.Equal(new OwnerMap(uids, gids), OwnerMap.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("uids=")]
    [InlineData("uids=0-1")]
    [InlineData("uids=0-1-0")]
    [InlineData("uids=0-1-2-3")]
    [InlineData("uids=0--1")]
    [InlineData("uids=0-1-1;uids=0-1-1")]
    [InlineData("uids=4294967295-1-5")]
    [InlineData("uids=0-1-5#4-20-1")]
    [InlineData("uids=0-1-5#10-3-1")]
    [InlineData("users=0-1-1")]
    public void Other_maps_are_refused(string text) =>
        Assert.StartsWith($"invalid idmap \"{text}\": ", Assert.Throws<QuaiException>(() => OwnerMap.Parse(text)).Message, StringComparison.Ordinal);
}

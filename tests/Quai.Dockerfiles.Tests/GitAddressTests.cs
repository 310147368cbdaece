using Quai.Dockerfiles.Addresses;
using Quai.Errors;
using Xunit;

namespace Quai.Dockerfiles.Tests;

/// <summary>Addresses of repositories.</summary>
public sealed class GitAddressTests
{
    [Theory]
    [InlineData("https://host/a.git", "sub", "https://host/a.git#:sub")]
    [InlineData("https://host/a.git#main", ".", "https://host/a.git#main")]
    [InlineData("https://host/a.git#main:dir/", "./sub/x/", "https://host/a.git#main:dir/sub/x")]
    [InlineData("https://host/a.git#main:dir", "/../../sub/../other", "https://host/a.git#main:dir/other")]
    [InlineData("git@host:a/b", "sub", "git@host:a/b#:sub")]
    [InlineData("github.com/a/b#v1", "sub", "github.com/a/b#v1:sub")]
    public void A_directory_within_one_is_one(string address, string path, string expected)
    {
        GitAddress within = GitAddress.Find(address)!.Within(path);
        Assert.Equal(expected, within.ToString());
        Assert.Equal(within, GitAddress.Find(expected));
    }

    [Theory]
    [InlineData("https://host/a")]
    [InlineData("https://host/a.tgz#main")]
    [InlineData("./a.git")]
    [InlineData("a/b@c:d")]
    public void Others_are_none(string text) => Assert.Null(GitAddress.Find(text));

    [Fact]
    public void None_leads_out_of_a_repository() =>
        Assert.Equal("invalid subdir ../x for git source", Assert.Throws<QuaiException>(() => GitAddress.Find("https://host/a.git#main:../x")).Message);
}

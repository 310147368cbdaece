using System.Net;
using Quai.Registry.Transport;

namespace Quai.Registry.Tests;

/// <summary>Which requests go through which proxy.</summary>
public sealed class ProxyRulesTests
{
    private static readonly ProxyRules Rules = new("http://proxy:3128", "user:p%40ss@secure:3129", "corp.example, .sub.example,10.0.0.0/8,192.0.2.7,host.example:5000,[2001:db8::1]:443,fd00::/8");

    [Theory]
    [InlineData("http://registry.example/", "http://proxy:3128/")]
    [InlineData("https://registry.example/", "http://user:p%40ss@secure:3129/")]
    [InlineData("https://corp.example/", null)]
    [InlineData("https://a.corp.example/", null)]
    [InlineData("https://notcorp.example/", "http://user:p%40ss@secure:3129/")]
    [InlineData("https://sub.example/", "http://user:p%40ss@secure:3129/")]
    [InlineData("https://x.sub.example/", null)]
    [InlineData("https://10.1.2.3/", null)]
    [InlineData("https://11.1.2.3/", "http://user:p%40ss@secure:3129/")]
    [InlineData("https://192.0.2.7:5000/", null)]
    [InlineData("https://host.example:5000/", null)]
    [InlineData("https://host.example/", "http://user:p%40ss@secure:3129/")]
    [InlineData("https://[2001:db8::1]/", null)]
    [InlineData("https://[2001:db8::1]:5000/", "http://user:p%40ss@secure:3129/")]
    [InlineData("https://[fd00::5]/", null)]
    [InlineData("http://localhost:5000/", null)]
    [InlineData("http://127.9.9.9:5000/", null)]
    [InlineData("http://[::1]/", null)]
    public void A_request_goes(string to, string? through) => Assert.Equal(through, Rules.GetProxy(new Uri(to))?.ToString());

    [Fact]
    public void A_star_exempts_all() => Assert.True(new ProxyRules("p:1", "p:1", "*").IsBypassed(new Uri("https://a.example/")));

    [Fact]
    public void Without_a_proxy_for_the_scheme_there_is_none() => Assert.True(new ProxyRules(null, "p:1", null).IsBypassed(new Uri("http://a.example/")));

    [Fact]
    public void The_addresss_user_is_let_in()
    {
        NetworkCredential? credential = Rules.Credentials!.GetCredential(new Uri("http://secure:3129"), "Basic");
        Assert.Equal(("user", "p@ss"), (credential!.UserName, credential.Password));
        Assert.Null(Rules.Credentials.GetCredential(new Uri("http://proxy:3128"), "Basic"));
    }
}

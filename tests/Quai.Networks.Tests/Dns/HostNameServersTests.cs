using System.Net;
using Quai.Networks.Dns.HostServers;
using Xunit;

namespace Quai.Networks.Tests.Dns;

/// <summary>The host's servers, as its resolv.conf says and while it changes.</summary>
public sealed class HostNameServersTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("quai-dns-").FullName;
    private readonly ManualTime _time = new();

    private string Conf => Path.Combine(_folder, "resolv.conf");

    private string BehindStub => Path.Combine(_folder, "behind.conf");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("", "", false)]
    [InlineData("nameserver 10.0.0.1\nnameserver 127.0.0.1\nnameserver ::1\nnameserver 2001:db8::1", "10.0.0.1 127.0.0.1 ::1 2001:db8::1", false)]
    [InlineData("# nameserver 10.0.0.1\n;nameserver 10.0.0.2\nnameserver\t10.0.0.3  # mine\r\nsearch nameserver\nnameserver", "10.0.0.3", false)]
    [InlineData("nameserver name\nnameserver 1\nnameserver [::1]\nnameserver 10.0.0.1:53\nnameserver 10.0.0.256\nnameserver 10.0.0.4", "10.0.0.4", false)]
    [InlineData("options edns0 ndots:2\nnameserver 10.0.0.1", "10.0.0.1", true)]
    [InlineData("options edns0 trust-ad\noptions ndots:", "", false)]
    [InlineData("options ndots:-1", "", false)]
    public void A_resolv_conf_says(string text, string servers, bool ndots)
    {
        var conf = ResolvConf.Parse(text);
        Assert.Equal(servers, string.Join(' ', conf.Servers));
        Assert.Equal(ndots, conf.HasNdots);
    }

    [Fact]
    public void A_link_local_server_has_its_interface()
    {
        IPAddress server = Assert.Single(ResolvConf.Parse("nameserver fe80::1%lo\n").Servers);
        Assert.Equal(1, server.ScopeId);
        Assert.Equal(7, Assert.Single(ResolvConf.Parse("nameserver fe80::1%7\n").Servers).ScopeId);
    }

    [Fact]
    public void A_change_is_seen_a_second_later()
    {
        File.WriteAllText(Conf, "nameserver 10.0.0.1\n");
        HostNameServers servers = Make();
        ResolvConf first = servers.Current;
        Assert.Equal("10.0.0.1", string.Join(' ', first.Servers));

        Replace("nameserver 10.0.0.2\n");
        Assert.Same(first, servers.Current);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("10.0.0.2", string.Join(' ', servers.Current.Servers));

        // What says the same is the same, so that nothing that was kept is forgotten.
        ResolvConf second = servers.Current;
        Replace("# written anew\nnameserver 10.0.0.2\n");
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Same(second, servers.Current);

        File.WriteAllText(Conf, "options ndots:1\nnameserver 10.0.0.2\n");
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(servers.Current.HasNdots);

        File.Delete(Conf);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Empty(servers.Current.Servers);
    }

    [Fact]
    public void A_file_behind_links_is_followed()
    {
        string real = Path.Combine(_folder, "real"), other = Path.Combine(_folder, "other");
        File.WriteAllText(real, "nameserver 10.0.0.1\n");
        File.WriteAllText(other, "nameserver 10.0.0.3\n");
        File.CreateSymbolicLink(Conf, real);
        HostNameServers servers = Make();
        Assert.Equal("10.0.0.1", string.Join(' ', servers.Current.Servers));
        File.WriteAllText(real, "nameserver 10.0.0.22\n");
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("10.0.0.22", string.Join(' ', servers.Current.Servers));
        File.Delete(Conf);
        File.CreateSymbolicLink(Conf, other);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("10.0.0.3", string.Join(' ', servers.Current.Servers));
    }

    [Fact]
    public void Behind_a_stub_are_the_servers()
    {
        File.WriteAllText(Conf, "nameserver 127.0.0.53\noptions edns0 trust-ad\n");
        HostNameServers servers = Make();
        Assert.Equal("127.0.0.53", string.Join(' ', servers.Current.Servers));
        File.WriteAllText(BehindStub, "nameserver 10.0.0.1\n");
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("10.0.0.1", string.Join(' ', servers.Current.Servers));
        File.WriteAllText(BehindStub, "nameserver 10.0.0.11\n");
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("10.0.0.11", string.Join(' ', servers.Current.Servers));
        Replace("nameserver 127.0.0.1\n");
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("127.0.0.1", string.Join(' ', servers.Current.Servers));
    }

    private HostNameServers Make() => new(_time, Conf, BehindStub);

    private void Replace(string text)
    {
        string next = Path.Combine(_folder, "next");
        File.WriteAllText(next, text);
        File.Move(next, Conf, overwrite: true);
    }
}

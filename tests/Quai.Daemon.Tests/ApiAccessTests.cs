using Quai.Daemon.Configuration;
using Quai.Errors;

namespace Quai.Daemon.Tests;

/// <summary>Whom the API's TCP addresses let in, and which must be asked for expressly.</summary>
public sealed class ApiAccessTests
{
    [Theory]
    [InlineData("tcp://0.0.0.0:2375", "0.0.0.0:2375")]
    [InlineData("tcp://192.0.2.1", "192.0.2.1:2375")]
    [InlineData("0.0.0.0:1", "0.0.0.0:1")]
    [InlineData("tcp://[::]:2375", "[::]:2375")]
    [InlineData("tcp://[::ffff:192.0.2.1]:2375", "[::ffff:192.0.2.1]:2375")]
    public void A_public_address_needs_verified_clients_or_an_express_word(string host, string shown)
    {
        Assert.Equal(
            $"cannot listen at tcp://{shown}: without --tlsverify everybody who reaches that address is root on this machine; use --tlsverify with certificates, or say --tls=false if that is what you want",
            Assert.Throws<QuaiException>(() => Read("-H", "unix:///a", "-H", host)).Message);
        Assert.Null(Read("-H", host, "--tls=false").Tls);
        Assert.Null(Read("-H", host, "--tlsverify=false").Tls!.ClientAuthorityPath);
        Assert.NotNull(Read("-H", host, "--tlsverify").Tls!.ClientAuthorityPath);
    }

    [Theory]
    [InlineData("unix:///a")]
    [InlineData("tcp://127.0.0.1:2375")]
    [InlineData("tcp://127.9.9.9")]
    [InlineData("tcp://[::1]")]
    [InlineData("tcp://:2375")]
    public void An_address_of_this_machine_alone_needs_none(string host) => Assert.Null(Read("-H", host).Tls);

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, true, "--tls")]
    [InlineData(false, false, "--tls=false")]
    [InlineData(true, true, "--tlsverify")]
    [InlineData(true, false, "--tlsverify=false")]
    [InlineData(true, false, "--tls", "--tlsverify=false")]
    [InlineData(true, true, "--tls=false", "--tlsverify")]
    public void Tls_verifies_clients_as_dockerds_does(bool tls, bool verified, params string[] flags)
    {
        Hosting.TlsSettings? read = Read(flags).Tls;
        Assert.Equal((tls, verified), (read is not null, read?.ClientAuthorityPath is not null));
    }

    [Fact]
    public void A_file_can_give_the_word_and_null_is_none()
    {
        string file = Path.GetTempFileName();
        try
        {
            DaemonConfiguration Load(string text)
            {
                File.WriteAllText(file, text);
                return DaemonConfiguration.Load(Arguments.Parse(["--config-file", file]));
            }

            Assert.Null(Load("{\"hosts\": [\"tcp://0.0.0.0:1\"], \"tls\": false}").Tls);
            Assert.Contains("cannot listen at tcp://0.0.0.0:1", Assert.Throws<QuaiException>(() => Load("{\"hosts\": [\"tcp://0.0.0.0:1\"], \"tls\": null}")).Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Theory]
    [InlineData("http://user:p%40ss@proxy:1/", "user:p%40ss", "http://xxxxx:xxxxx@proxy:1/")]
    [InlineData("http://user:p@ss@proxy", "user:p@ss", "http://xxxxx:xxxxx@proxy")]
    [InlineData("user:pass@proxy:1", "user:pass", "xxxxx:xxxxx@proxy:1")]
    [InlineData("http://proxy:1/a@b", "", "http://proxy:1/a@b")]
    [InlineData("http://proxy", "", "http://proxy")]
    [InlineData("", "", "")]
    [InlineData("://", "", "://")]
    [InlineData("@", "", "@")]
    [InlineData("/", "", "/")]
    public void A_proxys_password_is_not_shown(string address, string secret, string shown)
    {
        var proxy = new Proxy(address);
        Assert.Equal((secret, shown, shown), (proxy.Secret, proxy.Shown, proxy.ToString()));
    }

    [Fact]
    public void Containers_have_the_daemons_limit_of_core_files_unless_another_is_set()
    {
        var started = new Quai.Api.Containers.Ulimit { Name = "core", Hard = -1, Soft = 5 };
        Assert.Equal([started], Read().WithDefaultUlimit(started).Engine.DefaultUlimits);
        Assert.Equal([new() { Name = "core", Hard = 2, Soft = 1 }], Read("--default-ulimit", "core=1:2").WithDefaultUlimit(started).Engine.DefaultUlimits);
    }

    private static DaemonConfiguration Read(params string[] arguments) => DaemonConfiguration.From(Arguments.Parse(arguments), ("", false));
}

using System.Net.Sockets;
using Quai.Errors;
using Quai.Plugins.Discovery;

namespace Quai.Plugins.Tests;

/// <summary>How plugins are found.</summary>
public sealed class DiscoveryTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("quai-plugins-").FullName;
    private readonly PluginDirectories _directories;

    public DiscoveryTests()
    {
        foreach (string folder in (string[])["run", "etc", "lib"])
        {
            Directory.CreateDirectory(Path.Combine(_root, folder));
        }

        _directories = new(Path.Combine(_root, "run"), [Path.Combine(_root, "etc"), Path.Combine(_root, "lib"), Path.Combine(_root, "none")]);
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void Sockets_come_before_files_and_the_first_folder_wins()
    {
        using Socket own = Listen("run/a.sock");
        Directory.CreateDirectory(Path.Combine(_root, "run/b"));
        using Socket nested = Listen("run/b/b.sock");
        Write("etc/a.spec", "tcp://127.0.0.1:1");
        Write("etc/c.json", """{"Name":"c","Addr":"http://localhost:8080"}""");
        Write("lib/c.spec", "unix:///x.sock");
        Write("lib/d.spec", "unix:///d.sock\n");
        Assert.Equal(Path.Combine(_root, "run/a.sock"), _directories.Find("a")?.SocketFile);
        Assert.Equal(Path.Combine(_root, "run/b/b.sock"), _directories.Find("b")?.SocketFile);
        Assert.Equal((null, "localhost:8080"), (_directories.Find("c")?.SocketFile, _directories.Find("c")?.Host));
        Assert.Equal("/d.sock", _directories.Find("d")?.SocketFile);
        Assert.Equal(["a", "b", "c", "d"], _directories.Names());
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("../etc/secret")]
    [InlineData("a/b")]
    [InlineData("none")]
    public void A_name_is_no_path(string name)
    {
        Write("etc/secret.sock", "");
        Assert.Null(_directories.Find(name));
    }

    [Theory]
    [InlineData("x.spec", "ftp://somewhere")]
    [InlineData("x.spec", "https://127.0.0.1:1")]
    [InlineData("x.spec", "/run/x.sock")]
    [InlineData("x.spec", "tcp://127.0.0.1:1/path")]
    [InlineData("x.spec", "")]
    [InlineData("x.json", "{")]
    [InlineData("x.json", "{}")]
    [InlineData("x.json", """{"Addr":"https://127.0.0.1:1","TLSConfig":{"InsecureSkipVerify":true}}""")]
    public void A_malformed_file_is_named(string file, string content)
    {
        Write("etc/" + file, content);
        Assert.StartsWith($"plugin file {_root}/etc/{file}: ", Assert.Throws<QuaiException>(() => _directories.Find("x")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_large_file_is_not_read()
    {
        Write("etc/x.spec", new string('x', 100_000));
        Assert.EndsWith("it has more than 65536 bytes", Assert.Throws<QuaiException>(() => _directories.Find("x")).Message, StringComparison.Ordinal);
    }

    private Socket Listen(string path)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(Path.Combine(_root, path)));
        return socket;
    }

    private void Write(string path, string content) => File.WriteAllText(Path.Combine(_root, path), content);
}

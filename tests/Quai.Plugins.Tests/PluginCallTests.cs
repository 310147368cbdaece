using System.Diagnostics;
using System.Net.Sockets;
using Quai.Errors;
using Quai.Plugins.Discovery;
using Quai.Plugins.Volumes;

namespace Quai.Plugins.Tests;

/// <summary>Calls of plugins that answer strangely, slowly, or not at all.</summary>
public sealed class PluginCallTests : IDisposable
{
    private const string Activation = """{"Implements":["VolumeDriver"]}""";
    private static readonly TimeSpan s_short = TimeSpan.FromMilliseconds(300), s_long = TimeSpan.FromMinutes(1);
    private readonly string _folder = Directory.CreateTempSubdirectory("quai-plugins-").FullName;
    private readonly PluginRegistry _registry, _hasty;
    private readonly VolumePlugins _volumes, _hastyVolumes;

    public PluginCallTests()
    {
        var limits = new PluginLimits { Activation = s_long, Change = s_long, Question = s_long, Survey = s_long, Patience = TimeSpan.Zero, AnswerBytes = 1000 };
        _registry = new(new PluginDirectories(_folder, []), limits, TimeProvider.System);
        _volumes = new(_registry);
        _hasty = new(new PluginDirectories(_folder, []), limits with { Activation = s_short }, TimeProvider.System);
        _hastyVolumes = new(_hasty);
    }

    private string SocketFile => Path.Combine(_folder, "p.sock");

    public void Dispose()
    {
        _registry.Dispose();
        _hasty.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void A_plugin_that_is_not_there_is_not_found()
    {
        QuaiException e = Assert.Throws<QuaiException>(() => _volumes.Check("p"));
        Assert.Equal((ErrorKind.NotFound, "error looking up volume plugin p: plugin \"p\" not found"), (e.Kind, e.Message));
    }

    [Fact]
    public void A_plugin_that_is_something_else_is_refused()
    {
        using var plugin = new RawPlugin(SocketFile, _ => RawPlugin.Ok("""{"Implements":["NetworkDriver"]}"""));
        Assert.Equal("error looking up volume plugin p: plugin \"p\" found but does not implement \"VolumeDriver\"", Assert.Throws<QuaiException>(() => _volumes.Check("p")).Message);
    }

    [Fact]
    public void A_plugin_is_activated_once()
    {
        List<string> paths = [];
        using var plugin = new RawPlugin(SocketFile, path =>
        {
            paths.Add(path);
            return RawPlugin.Ok(path == "/Plugin.Activate" ? Activation : """{"Err":""}""");
        });
        _volumes.Create("p", "v", null);
        _volumes.Remove("p", "v");
        Assert.Equal(["/Plugin.Activate", "/VolumeDriver.Create", "/VolumeDriver.Remove"], paths);
        Assert.Equal(["p"], _volumes.Used());
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nrubbish", "plugin \"p\" answered VolumeDriver.Create with something that is not the JSON of its protocol", false)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "plugin \"p\" answered VolumeDriver.Create with something that is not the JSON of its protocol", false)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 2000\r\n\r\n", "gave no answer to VolumeDriver.Create that is HTTP", false)]
    [InlineData("not even HTTP\r\n\r\n", "gave no answer to VolumeDriver.Create that is HTTP", false)]
    [InlineData("", "gave no answer to VolumeDriver.Create that is HTTP", false)]
    [InlineData("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n", "VolumeDriver.Create: plugin \"p\" answered with status 302", true)]
    [InlineData("HTTP/1.1 500 Oh\r\nContent-Length: 14\r\n\r\n{\"Err\":\"boom\"}", "VolumeDriver.Create: boom", true)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 14\r\n\r\n{\"Err\":\"boom\"}", "boom", true)]
    public void What_is_no_answer_is_refused(string answer, string why, bool answered)
    {
        using var plugin = new RawPlugin(SocketFile, path => path == "/Plugin.Activate" ? RawPlugin.Ok(Activation) : answer);
        PluginException e = Assert.Throws<PluginException>(() => _volumes.Create("p", "v", null));
        Assert.Contains(why, e.Message, StringComparison.Ordinal);
        Assert.Equal(answered, e.Answered);
    }

    [Fact]
    public void An_answer_without_end_is_cut_off()
    {
        using var plugin = new RawPlugin(SocketFile, path => path == "/Plugin.Activate" ? RawPlugin.Ok(Activation) : "HTTP/1.1 200 OK\r\n\r\n" + new string('x', 5000), after: Hang);
        Assert.Contains("it has more than 1000 bytes", Assert.Throws<PluginException>(() => _volumes.Create("p", "v", null)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Headers_without_end_are_cut_off()
    {
        using var plugin = new RawPlugin(SocketFile, _ => "HTTP/1.1 200 OK\r\nX: " + new string('x', 50_000), after: Hang);
        Assert.Throws<PluginException>(() => _volumes.Check("p"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{")]
    public void A_plugin_that_hangs_is_left(string beginning)
    {
        using var plugin = new RawPlugin(SocketFile, _ => beginning, after: Hang);
        long start = Stopwatch.GetTimestamp();
        Assert.Equal(
            "error looking up volume plugin p: plugin \"p\" did not answer Plugin.Activate within 0.3 seconds", Assert.Throws<PluginException>(() => _hastyVolumes.Check("p")).Message);
        Assert.InRange(Stopwatch.GetElapsedTime(start), TimeSpan.Zero, TimeSpan.FromSeconds(20));
    }

    [Fact]
    public void A_plugin_that_answers_a_byte_at_a_time_has_no_longer()
    {
        using var plugin = new RawPlugin(SocketFile, _ => "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n", async connection =>
        {
            while (true)
            {
                await connection.SendAsync("x"u8.ToArray(), SocketFlags.None);
                await Task.Delay(50);
            }
        });
        Assert.Contains("did not answer Plugin.Activate within", Assert.Throws<PluginException>(() => _hastyVolumes.Check("p")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_plugin_that_went_away_is_named_with_its_socket()
    {
        using (new RawPlugin(SocketFile, _ => RawPlugin.Ok(Activation)))
        {
            _volumes.Check("p");
        }

        Assert.Equal(
            $"Post \"http://plugin.moby.localhost/VolumeDriver.Remove\": dial unix {SocketFile}: connect: no such file or directory",
            Assert.Throws<PluginException>(() => _volumes.Remove("p", "v")).Message);
        using var deaf = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        deaf.Bind(new UnixDomainSocketEndPoint(SocketFile));
        Assert.Equal(
            $"Post \"http://plugin.moby.localhost/VolumeDriver.Remove\": dial unix {SocketFile}: connect: connection refused",
            Assert.Throws<PluginException>(() => _volumes.Remove("p", "v")).Message);
    }

    [Theory]
    [InlineData("""{"Mountpoint":""}""")]
    [InlineData("""{"Mountpoint":"relative/path"}""")]
    [InlineData("""{"Err":""}""")]
    public void A_mount_without_a_folder_is_refused(string answer)
    {
        using var plugin = new RawPlugin(SocketFile, path => RawPlugin.Ok(path == "/Plugin.Activate" ? Activation : answer));
        Assert.Equal("plugin \"p\" answered VolumeDriver.Mount without a folder of the host", Assert.Throws<PluginException>(() => _volumes.Mount("p", "v", "id")).Message);
    }

    private static Task Hang(Socket connection) => Task.Delay(Timeout.Infinite);
}

using Quai.Daemon.Configuration;
using Quai.Daemon.Rootless;
using Quai.Errors;

namespace Quai.Daemon.Tests.Rootless;

/// <summary>What a daemon without root reads and asks, apart from the kernel.</summary>
public sealed class RootlessTests
{
    private static readonly RootlessFolders s_folders = new("/home/a/.local/share", "/run/user/7", "/home/a/.config");

    [Fact]
    public void Everything_has_its_place_in_the_users_folders()
    {
        DaemonConfiguration read = DaemonConfiguration.From(Arguments.Parse([]), ("", false), rootless: s_folders);
        Assert.Equal("/home/a/.local/share/quai", read.Engine.DataRoot);
        Assert.Equal("/run/user/7/quai", read.Engine.ExecRoot);
        Assert.Equal("/run/user/7/quai.sock", Assert.Single(read.Hosts).SocketPath);
        Assert.Equal("/run/user/7/quai.pid", read.PidFile);
        Assert.Equal("", read.Group);
        Assert.True(read.Engine.IsRootless);
    }

    [Theory]
    [InlineData("--rootless is for ordinary users, and this quaid was started by root: start it as the user that is to have the containers", false, "--rootless")]
    [InlineData("quaid needs to be started with root privileges, or without --rootless=false", true, "--rootless=false")]
    [InlineData("--rootless-network is of no use to root's daemon", false, "--rootless-network=pasta")]
    [InlineData("invalid rootless-network \"vpnkit\": it has to be auto, pasta or slirp4netns", true, "--rootless-network=vpnkit")]
    [InlineData("--group cannot be had without root: the socket is the user's alone", true, "--group=docker")]
    [InlineData("--userns-remap=default is not available in this version of Quai, and root in a container would be root of the host: take it out of the configuration to go on without", true, "--userns-remap=default")]
    public void What_cannot_be_had_is_refused(string message, bool rootless, params string[] arguments) =>
        Assert.Equal(message, Assert.Throws<QuaiException>(() => DaemonConfiguration.From(Arguments.Parse(arguments), ("", false), rootless: rootless ? s_folders : null)).Message);

    [Fact]
    public void Folders_follow_the_variables_and_then_the_home()
    {
        Assert.Equal(new("/d", "/r", "/c"), RootlessFolders.From(n => n switch { "XDG_DATA_HOME" => "/d", "XDG_RUNTIME_DIR" => "/r", "XDG_CONFIG_HOME" => "/c", _ => null }, "a"));
        Assert.Equal(new("/h/.local/share", "/tmp/quai-a", "/h/.config"), RootlessFolders.From(n => n == "HOME" ? "/h" : n == "XDG_DATA_HOME" ? "relative" : null, "a"));
        Assert.Contains("HOME is not set", Assert.Throws<QuaiException>(() => RootlessFolders.From(_ => null, "a")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Subordinate_ids_are_those_of_the_name_or_the_number()
    {
        string[] lines = ["# ids", "bob:100000:65536", "alice:200000:30000", "1000:400000:40000", "alice:x:1", "alice:5", "alice:4294967290:10"];
        IReadOnlyList<IdRange> ranges = SubordinateIds.Parse(lines, "alice", 1000);
        Assert.Equal([new(200000, 30000), new(400000, 40000)], ranges);
        Assert.Equal(["0", "1000", "1", "1", "200000", "30000", "30001", "400000", "40000"], SubordinateIds.MapOf(1000, ranges, "/etc/subuid", "alice"));
        string none = Assert.Throws<QuaiException>(() => SubordinateIds.MapOf(1000, [], "/etc/subuid", "alice")).Message;
        Assert.StartsWith("/etc/subuid gives user alice no ids for containers", none, StringComparison.Ordinal);
        Assert.Contains("only 10 ids", Assert.Throws<QuaiException>(() => SubordinateIds.MapOf(1000, [new(1, 10)], "/etc/subuid", "alice")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Name_servers_at_the_loopback_are_led_elsewhere()
    {
        Assert.Equal("search x\nnameserver 169.254.1.1\n", OutsideNetwork.NameServersFor(["search x", "nameserver 127.0.0.53", "nameserver ::1"], "169.254.1.1"));
        Assert.Null(OutsideNetwork.NameServersFor(["nameserver 127.0.0.53", "nameserver 10.0.0.1"], "169.254.1.1"));
    }

    [Theory]
    [InlineData(6, new byte[] { 127, 0, 0, 1 }, 80, true)]
    [InlineData(17, new byte[] { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1 }, 65535, true)]
    [InlineData(132, new byte[] { 127, 0, 0, 1 }, 80, false)]
    [InlineData(6, new byte[] { 127, 0, 0, 1 }, 0, false)]
    public void A_request_for_a_socket_is_read_as_it_was_written(int protocol, byte[] address, int port, bool valid)
    {
        byte[] packet = new byte[SocketRequest.Size];
        SocketRequest.Write(packet, protocol, address, (ushort)port);
        Assert.Equal(valid, SocketRequest.TryRead(packet, out int readProtocol, out ReadOnlySpan<byte> readAddress, out ushort readPort));
        Assert.True(!valid || (readProtocol == protocol && readAddress.SequenceEqual(address) && readPort == port));
        Assert.False(SocketRequest.TryRead(packet.AsSpan(1), out _, out _, out _));
    }

    [Fact]
    public void A_process_is_known_by_its_start()
    {
        KnownProcess self = KnownProcess.Of(Environment.ProcessId)!;
        Assert.True(self.IsAlive);
        Assert.Equal(self, KnownProcess.Parse(self.ToString()));
        Assert.False((self with { Started = self.Started + 1 }).IsAlive);
        Assert.Null(KnownProcess.Parse("-"));
    }
}

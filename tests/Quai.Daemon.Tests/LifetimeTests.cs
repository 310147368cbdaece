using System.Globalization;
using System.Net.Sockets;
using Quai.Daemon.Hosting;
using Quai.Daemon.Lifetime;
using Quai.Errors;

namespace Quai.Daemon.Tests;

/// <summary>What keeps two daemons apart, and what is found after one that died.</summary>
public sealed class LifetimeTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("quaid").FullName;

    [Fact]
    public void A_root_has_one_daemon()
    {
        using (RootLock.Take(_directory))
        {
            Assert.Equal($"{_directory} is in use by another quaid", Assert.Throws<QuaiException>(() => RootLock.Take(_directory)).Message);
        }

        RootLock.Take(_directory).Dispose();
    }

    [Fact]
    public void A_pid_file_of_a_stranger_does_not_count()
    {
        string path = Path.Combine(_directory, "pid");
        using (PidFile.Create(path))
        {
            Assert.Equal(Environment.ProcessId.ToString(CultureInfo.InvariantCulture), File.ReadAllText(path));
        }

        Assert.False(File.Exists(path));

        // Process 1 lives, and is none of ours.
        File.WriteAllText(path, "1");
        PidFile.Create(path).Dispose();
    }

    [Fact]
    public async Task A_socket_has_its_mode_and_replaces_a_stale_one()
    {
        string path = Path.Combine(_directory, "s.sock");
        using (var dead = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            dead.Bind(new UnixDomainSocketEndPoint(path + "x"));
            File.Move(path + "x", path);
        }

        Assert.True(File.Exists(path));
        using (var file = new UnixSocketFile(path))
        {
            file.Prepare();
            using var listening = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            listening.Bind(new UnixDomainSocketEndPoint(file.BindPath));
            listening.Listen();
            file.Publish(0);
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite, File.GetUnixFileMode(path));

            using var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await client.ConnectAsync(new UnixDomainSocketEndPoint(path));
            using var second = new UnixSocketFile(path);
            Assert.Equal($"can't create unix socket {path}: another process listens there", Assert.Throws<QuaiException>(second.Prepare).Message);
        }

        Assert.False(File.Exists(path));
    }

    [Fact]
    public void A_service_manager_is_told()
    {
        string path = Path.Combine(_directory, "notify");
        using var manager = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        manager.Bind(new UnixDomainSocketEndPoint(path));
        Environment.SetEnvironmentVariable("NOTIFY_SOCKET", path);
        try
        {
            ServiceManager.Notify("READY=1");
        }
        finally
        {
            Environment.SetEnvironmentVariable("NOTIFY_SOCKET", null);
        }

        byte[] buffer = new byte[100];
        Assert.Equal("READY=1"u8.ToArray(), buffer[..manager.Receive(buffer)]);
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);
}

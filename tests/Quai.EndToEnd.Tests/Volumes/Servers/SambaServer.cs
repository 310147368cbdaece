using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Quai.EndToEnd.Tests.Volumes.Servers;

/// <summary>A server of SMB on 127.0.0.1 with its settings, its state and a share in folders of a test's own.</summary>
internal sealed class SambaServer : IAsyncDisposable
{
    /// <summary>Who may have the share, and with which password.</summary>
    public const string User = "root", Password = "correct-horse";

    private readonly RunningCommand _smbd;

    private SambaServer(int port, RunningCommand smbd)
    {
        Port = port;
        _smbd = smbd;
    }

    /// <summary>Whether this machine can be one, and mount from it.</summary>
    public static bool IsPossible => Kernel.Cifs && File.Exists("/usr/sbin/smbd");

    /// <summary>Its port.</summary>
    public int Port { get; }

    /// <summary>Starts it, with <paramref name="shared"/> as the share <c>share</c>.</summary>
    /// <param name="folder">Where it keeps its own files.</param>
    /// <param name="shared">What it shares.</param>
    public static async Task<SambaServer> StartAsync(string folder, string shared)
    {
        int port = TestCertificate.FreePort();
        string settings = $"{folder}/smb.conf";
        await File.WriteAllTextAsync(settings, $"""
            [global]
            server role = standalone server
            interfaces = 127.0.0.1
            bind interfaces only = yes
            smb ports = {port.ToString(CultureInfo.InvariantCulture)}
            disable netbios = yes
            private dir = {folder}
            lock directory = {folder}
            state directory = {folder}
            cache directory = {folder}
            pid directory = {folder}
            ncalrpc dir = {folder}/rpc
            passdb backend = tdbsam:{folder}/passdb.tdb
            log file = {folder}/log
            map to guest = never
            load printers = no
            disable spoolss = yes
            printcap name = /dev/null
            [share]
            path = {shared}
            read only = no

            """);
        (await RunningCommand.RunAsync("smbpasswd", ["-c", settings, "-s", "-a", User], Encoding.UTF8.GetBytes($"{Password}\n{Password}\n"))).Expect();
        RunningCommand smbd = RunningCommand.Start("/usr/sbin/smbd", ["--foreground", "--no-process-group", $"--configfile={settings}"]);
        await Eventually.HoldsAsync(async () => await AnswersAsync(port) ? null : $"smbd does not listen\n{smbd.Stderr}");
        return new SambaServer(port, smbd);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _smbd.DisposeAsync();

    private static async Task<bool> AnswersAsync(int port)
    {
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync("127.0.0.1", port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}

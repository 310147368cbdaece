using System.Globalization;

namespace Quai.EndToEnd.Tests.Volumes.Servers;

/// <summary>The kernel's server of NFS version 4, on 127.0.0.1, for a folder of a test's own. There is one in a network namespace.</summary>
internal sealed class NfsServer : IAsyncDisposable
{
    private const string State = "/proc/fs/nfsd";

    private readonly string _export;
    private readonly RunningCommand _mountd;

    private NfsServer(string export, int port, RunningCommand mountd)
    {
        _export = export;
        Port = port;
        _mountd = mountd;
    }

    /// <summary>Whether this machine can be one, and is not one already.</summary>
    public static bool IsPossible => Kernel.Nfs && Kernel.NfsServer && File.Exists("/usr/sbin/rpc.nfsd") && (!File.Exists($"{State}/threads") || File.ReadAllText($"{State}/threads").Trim() == "0");

    /// <summary>Its port.</summary>
    public int Port { get; }

    /// <summary>Starts it, with a folder as the root of what it has.</summary>
    public static async Task<NfsServer> StartAsync(string folder)
    {
        string export = $"127.0.0.1:{folder}";
        int port = TestCertificate.FreePort();
        await RunningCommand.ShellAsync($"mountpoint -q {State} || mount -t nfsd nfsd {State}; exportfs -o rw,sync,fsid=0,no_root_squash,no_subtree_check,insecure {export}");
        // It answers the kernel's questions, whose export is whose; without version 3 nobody else asks it.
        RunningCommand mountd = RunningCommand.Start("/usr/sbin/rpc.mountd", ["-F", "-N", "3"]);
        await RunningCommand.ShellAsync($"/usr/sbin/rpc.nfsd -H 127.0.0.1 -p {port.ToString(CultureInfo.InvariantCulture)} -N 3 -G 10 -L 10 2");
        return new NfsServer(export, port, mountd);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await RunningCommand.RunAsync("/usr/sbin/rpc.nfsd", ["0"]);
        await RunningCommand.RunAsync("/usr/sbin/exportfs", ["-u", _export]);
        await _mountd.DisposeAsync();
    }
}

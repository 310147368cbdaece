using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using Quai.EndToEnd.Tests.Harness;

namespace Quai.EndToEnd.Tests.Rootless;

/// <summary>
/// A <c>quaid</c> of an ordinary user who is made for it, with everything at the places where it looks by itself. The user, and all that was the user's, is removed at the end.
/// </summary>
public sealed class RootlessInstance : IAsyncLifetime
{
    private const string Programs = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private readonly string _root;
    private Process? _daemon;

    /// <summary>Chooses names that nobody else has.</summary>
    public RootlessInstance()
    {
        User = $"quai{Environment.ProcessId.ToString("x", CultureInfo.InvariantCulture)}{Stopwatch.GetTimestamp() % 0xfff:x}";
        _root = "/tmp/quai-e2e/" + User;
        Home = _root + "/home";
        Runtime = _root + "/run";
        Docker = new DockerClient($"unix://{Runtime}/quai.sock", _root + "/docker-config");
        Quai = new DockerClient($"unix://{Runtime}/quai.sock", _root + "/docker-config", Path.Combine(TestEnvironment.BinDirectory, "quai"));
    }

    /// <summary>The user's name.</summary>
    public string User { get; }

    /// <summary>The user's number.</summary>
    public string Uid { get; private set; } = "";

    /// <summary>The first of the user's ids for containers.</summary>
    public uint FirstSubordinate { get; private set; }

    /// <summary>The user's home.</summary>
    public string Home { get; }

    /// <summary>The user's runtime folder.</summary>
    public string Runtime { get; }

    /// <summary>The real docker client.</summary>
    public DockerClient Docker { get; }

    /// <summary>The client <c>quai</c>.</summary>
    public DockerClient Quai { get; }

    /// <summary>The control group that the user was given, as the daemon sees it.</summary>
    public string Group => "/" + User;

    /// <summary>The outer process of the daemon.</summary>
    public int Pid => _daemon?.Id ?? throw new InvalidOperationException("no daemon was started");

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        // Others pass through to what is the user's.
        Directory.CreateDirectory(_root);
        File.SetUnixFileMode("/tmp/quai-e2e", (UnixFileMode)0x1ed);
        File.SetUnixFileMode(_root, (UnixFileMode)0x1ed);
        await RunningCommand.ShellAsync($"useradd --create-home --home-dir {Home} --shell /bin/sh {User}");
        Uid = (await RunningCommand.ShellAsync($"id -u {User}")).Trim();
        if (!File.ReadLines("/etc/subuid").Any(l => l.StartsWith(User + ":", StringComparison.Ordinal)))
        {
            await RunningCommand.ShellAsync($"usermod --add-subuids 1900000000-1900065535 --add-subgids 1900000000-1900065535 {User}");
        }

        FirstSubordinate = uint.Parse(File.ReadLines("/etc/subuid").First(l => l.StartsWith(User + ":", StringComparison.Ordinal)).Split(':')[1], CultureInfo.InvariantCulture);
        await RunningCommand.ShellAsync($"install -d -m 700 -o {User} -g {User} {Runtime}");
        await DelegateAsync();
        await StartDaemonAsync();
        Assert.StartsWith("sha256:", (await Docker.RunAsync($"import --change 'CMD [\"sh\"]' - {BusyboxImage.Name}", BusyboxImage.RootTar)).Succeeded(), StringComparison.Ordinal);
    }

    /// <summary>Starts quaid as the user, with nothing said but what is in <paramref name="arguments"/>, and returns when it answers.</summary>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="delegated">Whether it is started in the control group that the user was given.</param>
    public async Task StartDaemonAsync(string arguments = "--live-restore", bool delegated = true)
    {
        // Elsewhere everybody may open /dev/net/tun; where only root may, the daemon sees one of its own.
        string script = $"""
            exec >>{_root}/quaid.log 2>&1 </dev/null
            {(delegated ? $"for d in /sys/fs/cgroup{Group} /sys/fs/cgroup/*{Group}; do if [ -d $d ]; then echo 0 >$d/cgroup.procs; fi; done" : "")}
            if [ "$(stat -c %a /dev/net/tun)" != 666 ]; then
                mount -t tmpfs -o mode=755 tun /dev/net && mknod /dev/net/tun c 10 200 && chmod 666 /dev/net/tun
            fi
            exec setpriv --reuid={User} --regid={User} --init-groups env -i {Variables()} {TestEnvironment.BinDirectory}/quaid {arguments}
            """;
        var start = new ProcessStartInfo("unshare") { UseShellExecute = false };
        foreach (string word in (string[])["--mount", "--propagation", "private", "/bin/sh", "-ec", script])
        {
            start.ArgumentList.Add(word);
        }

        _daemon?.Dispose();
        _daemon = Process.Start(start)!;
        await Eventually.HoldsAsync(() => _daemon.HasExited || Answers() ? null : "quaid does not answer:\n" + Log(), TimeSpan.FromSeconds(60));
        Assert.False(_daemon.HasExited, "quaid ended:\n" + Log());
    }

    /// <summary>Runs a program of Quai's as the user.</summary>
    public Task<CommandResult> AsUserAsync(string line) => RunningCommand.RunAsync(
        "/bin/sh", ["-c", $"exec setpriv --reuid={User} --regid={User} --init-groups env -i {Variables()} {line}"]);

    /// <summary>Kills the daemon outright.</summary>
    public async Task KillDaemonAsync()
    {
        _daemon!.Kill();
        await _daemon.WaitForExitAsync();
        await Eventually.HoldsAsync(() => Answers() ? "the inner half of a killed daemon answers" : null);
    }

    /// <summary>Stops the daemon in order.</summary>
    public async Task StopDaemonAsync()
    {
        await RunningCommand.ShellAsync($"kill -TERM {Pid}");
        await _daemon!.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(0, _daemon.ExitCode);
    }

    /// <summary>The user's processes: number and command line.</summary>
    public async Task<string[]> ProcessesAsync() =>
        (await RunningCommand.ShellAsync($"ps -U {User} -o pid=,args= || true")).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>The end of what the daemon printed.</summary>
    public string Log() => File.Exists(_root + "/quaid.log") ? string.Join('\n', File.ReadAllLines(_root + "/quaid.log").TakeLast(30)) : "";

    /// <inheritdoc/>
    public async Task DisposeAsync()
    {
        if (_daemon is { HasExited: false })
        {
            await Docker.ShellAsync("docker rm -fv $(docker ps -aq)");
            await RunningCommand.RunAsync("/bin/sh", ["-c", $"kill -TERM {Pid}"]);
            await _daemon.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
        }

        await RunningCommand.RunAsync("/bin/sh", ["-c", $"pkill -KILL -U {User}; sleep 0.2; userdel {User}; rm -rf --one-file-system {_root}; find /sys/fs/cgroup -depth -type d -path '*{Group}*' -exec rmdir '{{}}' ';'"]);
        _daemon?.Dispose();
    }

    private string Variables() => $"HOME={Home} USER={User} XDG_RUNTIME_DIR={Runtime} PATH={Programs}";

    /// <summary>Gives the user a control group, as a service manager does: in each hierarchy of v1, or in the one of v2.</summary>
    private async Task DelegateAsync()
    {
        string script = $$"""
            if [ -e /sys/fs/cgroup/cgroup.controllers ]; then
                for c in $(cat /sys/fs/cgroup/cgroup.controllers); do echo +$c >/sys/fs/cgroup/cgroup.subtree_control || true; done
                roots=/sys/fs/cgroup
            else
                roots=$(for c in memory pids cpu cpuset freezer blkio; do echo /sys/fs/cgroup/$c; done)
            fi
            for r in $roots; do
                mkdir -p $r{{Group}}
                if [ -e $r/cpuset.cpus ]; then cat $r/cpuset.cpus >$r{{Group}}/cpuset.cpus; cat $r/cpuset.mems >$r{{Group}}/cpuset.mems; fi
                chown -R {{User}} $r{{Group}}
            done
            """;
        await RunningCommand.ShellAsync(script);
    }

    private bool Answers()
    {
        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            socket.Connect(new UnixDomainSocketEndPoint(Runtime + "/quai.sock"));
            socket.Send("GET /_ping HTTP/1.0\r\nHost: quai\r\n\r\n"u8);
            byte[] answer = new byte[64];
            int count = socket.Receive(answer);
            return answer.AsSpan(0, count).IndexOf(" 200 "u8) > 0;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}

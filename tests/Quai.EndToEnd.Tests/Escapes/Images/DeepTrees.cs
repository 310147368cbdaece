using Quai.EndToEnd.Tests.Escapes.Harness;
namespace Quai.EndToEnd.Tests.Escapes.Images;

/// <summary>
/// A container can nest directories far deeper than any path is long, step by step. What walks through its files, now or when it is removed, must not fail by it,
/// nor take memory that grows with the square of the depth.
/// </summary>
public sealed class DeepTrees(Engines engines) : EscapeTests(engines), IClassFixture<Engines>
{
    /// <summary>Deeper than a daemon has descriptors.</summary>
    private const int VeryDeep = 21_000;

    /// <summary>Deeper than a path is long.</summary>
    private const int Deep = 4_000;

    private static readonly Attack[] s_attacks =
    [
        new("Deep nesting: a removed container's files stay on the disk for ever", RemoveAsync) { QuaidOnly = true },
        new("Deep nesting: docker diff takes memory by the square", DiffAsync) { QuaidOnly = true },
        new("Deep nesting in a volume: docker system df fails for everybody", VolumeUsageAsync),
        new("Deep nesting in a volume: it can never be removed", VolumeRemovalAsync),
    ];

    /// <summary>The attacks.</summary>
    public static TheoryData<string> Names => NamesOf(s_attacks);

    [Theory, MemberData(nameof(Names))]
    public Task Gains_nothing(string name) => GainsNothingAsync(s_attacks, name);

    [ControlTheory, MemberData(nameof(Names))]
    public Task Is_real(string name) => IsRealAsync(s_attacks, name);

    private static async Task<string?> RemoveAsync(Scene scene)
    {
        string name = await NestAsync(scene, "", depth: VeryDeep);
        await scene.Docker.OkAsync($"rm {name}");
        string trash = $"{scene.Engine.Root}/data/images/trash", log = $"{scene.Engine.Root}/quaid.log";
        bool gaveUp = false;
        await Eventually.HoldsAsync(
            () =>
            {
                gaveUp = File.ReadAllText(log).Contains("cannot be deleted now", StringComparison.Ordinal);
                return gaveUp || !Directory.EnumerateFileSystemEntries(trash).Any() ? null : "the removed container's files are neither gone nor given up";
            },
            TimeSpan.FromMinutes(10));
        return gaveUp ? "its files stay" : null;
    }

    private static async Task<string?> DiffAsync(Scene scene)
    {
        string name = await NestAsync(scene, "", depth: 8_000);
        DaemonWork work = await DaemonWork.DuringAsync(scene.Engine.Pid, () => scene.Docker.RunAsync($"diff {name}", timeout: TimeSpan.FromMinutes(10)));
        return work.PeakBytes > 100 << 20 ? $"{work.PeakBytes >> 20} MiB of memory" : null;
    }

    private static async Task<string?> VolumeUsageAsync(Scene scene)
    {
        string name = await NestAsync(scene, "-v /v", "/v");
        CommandResult usage = await scene.Docker.RunAsync("system df", timeout: TimeSpan.FromMinutes(10));
        await scene.Docker.RunAsync($"rm -fv {name}", timeout: TimeSpan.FromMinutes(10));
        return usage.ExitCode != 0 ? usage.Stderr[..Math.Min(200, usage.Stderr.Length)] : null;
    }

    private static async Task<string?> VolumeRemovalAsync(Scene scene)
    {
        string volume = scene.Engine.Name("v"), name = await NestAsync(scene, $"-v {volume}:/v", "/v");
        await scene.Docker.OkAsync($"rm {name}");
        CommandResult removal = await scene.Docker.RunAsync($"volume rm {volume}", timeout: TimeSpan.FromMinutes(10));
        return removal.ExitCode != 0 ? removal.Stderr[..Math.Min(200, removal.Stderr.Length)] : null;
    }

    /// <summary>A container that has nested directories and ended. A thousand at a time, since a longer path is none.</summary>
    private static async Task<string> NestAsync(Scene scene, string options, string where = "/", int depth = Deep)
    {
        string name = scene.Engine.Name();
        string script = $"cd {where}; p=$(printf \"a/%.0s\" $(seq 1000)); for i in $(seq {depth / 1000}); do mkdir -p $p && cd -P $p || exit 1; done";
        CommandResult run = await scene.Docker.RunAsync($"run --name {name} --network none {options} {BusyboxImage.Name} sh -c '{script}'", timeout: TimeSpan.FromMinutes(10));
        Assert.Equal(0, run.ExitCode);
        return name;
    }
}

using Quai.EndToEnd.Tests.Escapes.Harness;

namespace Quai.EndToEnd.Tests.Escapes.Descriptors;

/// <summary>Working directories that are descriptors of the host's (CVE-2024-21626).</summary>
public sealed class DescriptorEscapes(Engines engines) : EscapeTests(engines), IClassFixture<Engines>
{
    private const int Highest = 40;

    private static readonly Attack[] s_attacks =
    [
        new("CVE-2024-21626: exec -w /proc/self/fd/N", s => ExecAsync(s, "", "/proc/self/fd/")),
        new("CVE-2024-21626: exec -w /proc/thread-self/fd/N", s => ExecAsync(s, "", "/proc/thread-self/fd/")),
        new("CVE-2024-21626: exec -w /proc/self/../self/fd/N/.", s => ExecAsync(s, "", "/proc/self/../self/fd/", "/.")),
        new("CVE-2024-21626: exec -w /proc/self/task/../fd/N/..", s => ExecAsync(s, "", "/proc/self/task/../fd/", "/..")),
        new("CVE-2024-21626: exec -w of a user's, by a link in the image", s => ExecAsync(s, "", "/links/")),
        new("CVE-2024-21626: exec in a WORKDIR that the program swapped for a link", SwappedAsync),
        new("CVE-2024-21626: a health check in a WORKDIR that the program swapped for a link", HealthCheckAsync),
        new("CVE-2024-21626: quai-runtime exec --cwd on a descriptor that its caller left open", LeftOpenAsync) { QuaidOnly = true },
        new("CVE-2024-21626: quai-runtime exec, link to a descriptor that its caller left open", LeftOpenByLinkAsync) { QuaidOnly = true },
    ];

    public static TheoryData<string> Names => NamesOf(s_attacks);

    [Theory, MemberData(nameof(Names))]
    public Task Gains_nothing(string name) => GainsNothingAsync(s_attacks, name);

    [ControlTheory, MemberData(nameof(Names))]
    public Task Is_real(string name) => IsRealAsync(s_attacks, name);

    private static async Task<string?> ExecAsync(Scene scene, string options, string before, string after = "")
    {
        (string path, string secret) = scene.HostSecret();
        string links = string.Concat(Enumerable.Range(3, Highest - 3).Select(n => $"ln -s /proc/self/fd/{n} /links/{n};"));
        string name = scene.Engine.Name();
        await scene.Docker.OkAsync($"run -d --name {name} {BusyboxImage.Name} sh -c 'mkdir /links; {links} touch /ready; exec sleep 1000'");
        await Eventually.HoldsAsync(async () => (await scene.Docker.RunAsync($"exec {name} test -e /ready")).ExitCode == 0 ? null : "the container is not ready");
        for (int n = 3; n < Highest; n++)
        {
            CommandResult result = await scene.Docker.RunAsync($"exec {options} -w {before}{n}{after} {name} cat ../../../../../../../../../..{path} ..{path} .{path}");
            if (result.Stdout.Contains(secret, StringComparison.Ordinal))
            {
                return $"read the host's file through descriptor {n}";
            }
        }

        return null;
    }

    private static async Task<string?> SwappedAsync(Scene scene)
    {
        (string path, string secret) = scene.HostSecret();
        string name = scene.Engine.Name();
        await scene.Docker.OkAsync($"run -d --name {name} -w /work {BusyboxImage.Name} sleep 1000");
        for (int n = 3; n < Highest; n++)
        {
            await scene.Docker.RunAsync($"exec -w / {name} sh -c 'rmdir /work 2>/dev/null; rm -f /work; ln -s /proc/self/fd/{n} /work'");
            if ((await scene.Docker.RunAsync($"exec {name} cat ../../../../../../../../../..{path} ..{path} .{path}")).Stdout.Contains(secret, StringComparison.Ordinal))
            {
                return $"read the host's file through descriptor {n}";
            }
        }

        return null;
    }

    private static async Task<string?> HealthCheckAsync(Scene scene)
    {
        (string path, string secret) = scene.HostSecret();
        string name = scene.Engine.Name();
        await scene.Docker.OkAsync(
            $"run -d --name {name} -w /work --health-interval 100ms --health-cmd 'cat ../../../../../../../../../..{path} ..{path} .{path} >>/leak; echo >>/checks' {BusyboxImage.Name} "
            + $"sh -c 'cd /; rmdir /work; for r in 1 2 3; do for n in $(seq 3 {Highest}); do rm -f /work; ln -s /proc/self/fd/$n /work; usleep 250000; done; done; touch /done; sleep 1000'");
        string? leak = null;
        await Eventually.HoldsAsync(
            async () =>
            {
                CommandResult look = await scene.Docker.RunAsync($"exec -w / {name} sh -c 'cat /leak; test -e /done && echo all-done'");
                leak = look.Stdout.Contains(secret, StringComparison.Ordinal) ? "the health check read the host's file" : null;
                return leak is not null || look.Stdout.Contains("all-done", StringComparison.Ordinal) ? null : "the health checks have not all run";
            },
            TimeSpan.FromMinutes(2));
        return leak;
    }

    private static async Task<string?> LeftOpenAsync(Scene scene) => await LeftOpenAsync(scene, "/proc/self/fd/9");

    private static async Task<string?> LeftOpenByLinkAsync(Scene scene) => await LeftOpenAsync(scene, "/link");

    private static async Task<string?> LeftOpenAsync(Scene scene, string cwd)
    {
        (string path, string secret) = scene.HostSecret();
        await using Bundle bundle = (await Bundle.MakeAsync(scene)).Running("sleep", "1000");
        File.CreateSymbolicLink(Path.Combine(bundle.Root, "link"), "/proc/self/fd/9");
        await bundle.StartAsync();
        CommandResult result = await bundle.ShellAsync($"exec 9</; $R exec --cwd {cwd} $ID cat .{path}");
        return result.Stdout.Contains(secret, StringComparison.Ordinal) ? "read the host's file" : null;
    }
}

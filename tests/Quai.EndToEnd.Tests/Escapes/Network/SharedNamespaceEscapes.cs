using Quai.EndToEnd.Tests.Escapes.Harness;

namespace Quai.EndToEnd.Tests.Escapes.Network;

/// <summary>Two daemons in one network namespace that take each other's networks.</summary>
public sealed class SharedNamespaceEscapes(Engines engines) : EscapeTests(engines), IClassFixture<Engines>
{
    private const ushort Port = 18080;

    private static readonly Attack[] s_attacks =
    [
        new("CWE-694 names: a second daemon wipes the first's published ports", WipeAsync) { QuaidOnly = true },
        new("CWE-694 names: a second daemon gives a container the address of one that runs", SameAddressAsync) { QuaidOnly = true },
    ];

    public static TheoryData<string> Names => NamesOf(s_attacks);

    [Theory, MemberData(nameof(Names))]
    public Task Gains_nothing(string name) => GainsNothingAsync(s_attacks, name);

    [ControlTheory, MemberData(nameof(Names))]
    public Task Is_real(string name) => IsRealAsync(s_attacks, name);

    private static async Task<string?> WipeAsync(Scene scene)
    {
        await using PrivateHost host = await PrivateHost.OpenAsync(scene);
        await host.RunAsync($"-p {Port}:80 {host.Image} nc -ll -p 80 -e echo here");
        await PrivateHost.AnswersAsync(host.NeighbourNamespace, PrivateHost.Address, Port);
        await using Second second = await Second.StartAsync(scene, host);
        Assert.True(second.Refused is null || second.Refused.Contains($"bridge {host.Bridge}", StringComparison.Ordinal), second.Refused);
        return await PrivateHost.CallAsync(host.NeighbourNamespace, PrivateHost.Address, Port) is null ? "the port that was published does not answer any more" : null;
    }

    private static async Task<string?> SameAddressAsync(Scene scene)
    {
        await using PrivateHost host = await PrivateHost.OpenAsync(scene);
        string address = await host.AddressOfAsync(await host.RunAsync($"{host.Image} sleep 1000"));
        await host.Engine.StopDaemonAsync();
        try
        {
            await using Second second = await Second.StartAsync(scene, host);
            if (second.Refused is { } refused)
            {
                Assert.Contains($"bridge {host.Bridge} belongs to the quaid whose data root is {host.Engine.Root}", refused, StringComparison.Ordinal);
                return null;
            }

            await second.Docker.RunAsync($"import - {BusyboxImage.Name}", BusyboxImage.RootTar);
            string mine = await second.Docker.OkAsync($"run --rm {BusyboxImage.Name} ip addr show eth0");
            return mine.Contains($" {address}/", StringComparison.Ordinal) ? $"two containers have {address}" : null;
        }
        finally
        {
            await host.Engine.StartDaemonAsync();
        }
    }

    /// <summary>A second daemon with another data root and the same bridge.</summary>
    private sealed class Second(RunningCommand daemon, string root) : IAsyncDisposable
    {
        public DockerClient Docker { get; } = new($"unix://{root}/quaid.sock", Path.Combine(root, "docker-config"));

        /// <summary>What it said when it refused to start.</summary>
        public string? Refused { get; private set; }

        public static async Task<Second> StartAsync(Scene scene, PrivateHost host)
        {
            string root = scene.Scratch();
            await File.WriteAllTextAsync($"{root}/daemon.json", "{}");
            RunningCommand daemon = host.Start(
                host.Namespace,
                [
                    Path.Combine(scene.BinDirectory, "quaid"), "--data-root", $"{root}/data", "--exec-root", $"{root}/exec", "--pidfile", $"{root}/quaid.pid", "-H", $"unix://{root}/quaid.sock",
                    "--bridge", host.Bridge, "--bip", $"{host.Engine.Gateway}/24", "--cgroup-parent", $"{host.Engine.CgroupParent}/second", "--config-file", $"{root}/daemon.json",
                ]);
            var second = new Second(daemon, root);
            await Eventually.HoldsAsync(async () =>
            {
                if (daemon.Stderr.Contains("failed to start daemon", StringComparison.Ordinal))
                {
                    second.Refused = daemon.Stderr;
                }

                return second.Refused is not null || (await second.Docker.RunAsync("version")).ExitCode == 0 ? null : "the second daemon neither starts nor refuses:\n" + daemon.Stderr;
            });
            return second;
        }

        public async ValueTask DisposeAsync()
        {
            if (Refused is null)
            {
                await daemon.SignalAsync("TERM");
            }

            await daemon.WaitForExitAsync();
        }
    }
}

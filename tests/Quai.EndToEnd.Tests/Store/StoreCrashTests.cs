using System.Globalization;
using System.Security.Cryptography;

namespace Quai.EndToEnd.Tests.Store;

/// <summary>
/// Pulls, commits, loads, imports, runs, removals and prunes at once, and <c>kill -9</c> of the daemon in between: every image that is
/// listed afterwards runs and is complete, the container being committed keeps running, and the store holds no file that no image owns.
/// </summary>
/// <remarks><c>QUAI_STORE_ROUNDS</c> says how often; <c>QUAI_STORE_SEED</c> repeats a run.</remarks>
public sealed class StoreCrashTests(QuaidInstance engine) : IClassFixture<QuaidInstance>
{
    private const int Images = 5, Operations = 50, Clients = 8;
    private readonly DockerClient _docker = engine.Docker;
    private readonly int _rounds = Number("QUAI_STORE_ROUNDS") ?? 3;
    private readonly int _seed = Number("QUAI_STORE_SEED") ?? Environment.TickCount & 0xffff;

    [QuaidFact]
    public async Task Whatever_was_going_on_when_the_daemon_was_killed_nothing_is_lost_and_nothing_left()
    {
        string folder = engine.Scratch("store");
        await using DebianRegistry registry = await DebianRegistry.StartAsync(folder);
        using var client = new StoreClient(engine);
        byte[][] archives = new byte[Images][];
        for (int i = 0; i < Images; i++)
        {
            await registry.UploadAsync(Make($"pulled {i}", 300_000), "stress", i.ToString(CultureInfo.InvariantCulture));
            archives[i] = Make($"loaded {i}", 300_000).DockerArchive($"loaded:{i}");
        }

        (await _docker.RunAsync("load -q", Make("base", 300_000).DockerArchive("base:1"))).Succeeded();
        string source = (await _docker.OkAsync("run -d --name source base:1 sh -c 'echo committed > /which; while :; do sleep 1000; done'")).Trim();
        var random = new Random(_seed);
        for (int round = 0; round < _rounds; round++)
        {
            string context = $"seed {_seed}, round {round}";
            Task<int> operations = RunOperationsAsync(registry.Address, archives, random.Next());
            await Task.Delay(random.Next(100, 2500));
            await engine.KillDaemonAsync();
            int succeeded = await operations;
            await engine.StartDaemonAsync();
            await CheckAsync(client, source, $"{context}, {succeeded} operations succeeded");
        }

        // Without a crash, too: then most must succeed (what another just removed cannot be tagged, a second prune at once is refused).
        Assert.InRange(await RunOperationsAsync(registry.Address, archives, random.Next()), Operations / 2, Operations);
        await CheckAsync(client, source, $"seed {_seed}, at the end");
        await _docker.OkAsync("rm -f source");
        (await client.QuaiAsync("rmi -a -f")).Expect(0, stderr: "");
        Assert.Equal("", await _docker.OkAsync("images -aq"));
        await StoreContents.AssertOwnedAsync(engine, client);
    }

    private async Task CheckAsync(StoreClient client, string source, string context)
    {
        // A client that was cut off between create and start leaves what it created, with Docker too.
        if (await _docker.OkAsync("ps -aq --filter status=created") is { Length: > 0 } created)
        {
            await _docker.OkAsync($"rm {created.ReplaceLineEndings(" ")}");
        }

        await Eventually.HoldsAsync(async () => await _docker.OkAsync("ps -aq --no-trunc") is { } left && left.Trim() != source ? $"{context}: containers are left: {left}" : null);
        Assert.Equal("running", (await _docker.OkAsync("inspect -f '{{.State.Status}}' source")).Trim());
        Assert.Equal("committed", (await _docker.OkAsync("exec source cat /which")).Trim());
        string[] names = (await _docker.OkAsync("images --format '{{.Repository}}:{{.Tag}} {{.ID}}'")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        foreach (string[] row in names.Select(n => n.Split(' ')))
        {
            CommandResult run = await _docker.RunAsync($"run --rm {row[1]} sh -c 'cat /which; wc -c < /random; head -c 4 /bin/busybox >/dev/null && echo whole'");
            Assert.True(run.ExitCode == 0, $"{context}: {row[0]} does not run: {run}");
            string repository = row[0].Split(':')[^2];
            string expected = repository.EndsWith("/stress", StringComparison.Ordinal) ? $"pulled {row[0].Split(':')[^1]}\n300000\nwhole\n"
                : repository is "committed" or "base" ? $"{repository}\n300000\nwhole\n"
                : repository == "loaded" ? $"loaded {row[0].Split(':')[^1]}\n300000\nwhole\n"
                : run.Stdout;
            Assert.True(run.Stdout == expected, $"{context}: {row[0]} is not what it was: {run}");
        }

        // Interrupted downloads are kept for another attempt; a prune drops them.
        await _docker.OkAsync("image prune -f");
        CommandResult verified = await client.QuaiAsync("image verify");
        Assert.True(verified.ExitCode == 0, $"{context}: {verified}");
        await StoreContents.AssertOwnedAsync(engine, client);
    }

    /// <summary>Runs all operations, some at a time; what fails because the daemon is gone is expected to.</summary>
    private async Task<int> RunOperationsAsync(string registry, byte[][] archives, int seed)
    {
        int next = -1, succeeded = 0;
        await Task.WhenAll(Enumerable.Range(0, Clients).Select(async _ =>
        {
            int number;
            while ((number = Interlocked.Increment(ref next)) < Operations)
            {
                var random = new Random(seed + number);
                int image = random.Next(Images);
                string pulled = $"{registry}/stress:{image}";
                CommandResult result = await (random.Next(20) switch
                {
                    < 6 => _docker.RunAsync($"pull -q {pulled}"),
                    < 10 => _docker.RunAsync($"commit source committed:{number}"),
                    < 12 => _docker.RunAsync("load -q", archives[image]),
                    < 13 => _docker.RunAsync($"import - imported:{number}", TestImage.Gzip(Root($"imported {number}"))),
                    < 15 => _docker.RunAsync($"run --rm {pulled} cat /which"),
                    < 17 => _docker.RunAsync($"rmi -f {pulled} loaded:{image} imported:{number - 1} committed:{number - 1} committed:{number - 2}"),
                    < 18 => _docker.RunAsync($"tag {pulled} other:{image}"),
                    < 19 => _docker.RunAsync("image prune -f"),
                    _ => _docker.RunAsync("image prune -a -f"),
                });
                if (result.ExitCode == 0)
                {
                    Interlocked.Increment(ref succeeded);
                }
            }
        }));
        return succeeded;
    }

    private static TestImage Make(string which, int size) =>
        new TestImage().WithBusybox().WithLayer(TestImage.Tar(
            TestImage.File("which", which + "\n"), new System.Formats.Tar.PaxTarEntry(System.Formats.Tar.TarEntryType.RegularFile, "random") { DataStream = new MemoryStream(RandomNumberGenerator.GetBytes(size)) }));

    private static byte[] Root(string which) => TestImage.Tar(
        TestImage.File("which", which + "\n"), TestImage.File("random", new string('r', 300)),
        new System.Formats.Tar.PaxTarEntry(System.Formats.Tar.TarEntryType.RegularFile, "bin/busybox") { DataStream = new MemoryStream(File.ReadAllBytes("/bin/busybox")), Mode = (UnixFileMode)0b111_101_101 },
        TestImage.Link("bin/sh", "busybox"), TestImage.Link("bin/cat", "busybox"), TestImage.Link("bin/wc", "busybox"), TestImage.Link("bin/head", "busybox"));

    private static int? Number(string variable) => int.TryParse(Environment.GetEnvironmentVariable(variable), out int n) ? n : null;
}

using System.Diagnostics;
using System.Globalization;

namespace Quai.EndToEnd.Tests.Compose;

/// <summary>An <c>up</c> that is killed, at whatever instant, leaves nothing that the next one does not put right.</summary>
public sealed class KilledTests(QuaidInstance engine) : IClassFixture<QuaidInstance>
{
    private const int Instants = 50;

    private const string File = """
        services:
          db: {image: BASE, command: SLEEPS, environment: {V: 'VERSION'}, volumes: ["data:/data", /anonymous], healthcheck: {test: "true", interval: 200ms}}
          web: {image: BASE, command: SLEEPS, environment: {V: 'VERSION'}, scale: 2, depends_on: {db: {condition: service_healthy}}, configs: [c], networks: [default, other]}
          once: {image: BASE, command: "true", environment: {V: 'VERSION'}, volumes: [/anonymous]}
        networks: {other: {}}
        volumes: {data: {}}
        configs: {c: {content: 'VERSION'}}
        """;

    [QuaidFact]
    public async Task The_next_one_converges()
    {
        await using ComposeFolder folder = new(engine, File);
        Stopwatch clock = Stopwatch.StartNew();
        await folder.OkAsync("up -d");
        TimeSpan whole = clock.Elapsed;
        await folder.OkAsync("down -v -t 0");
        int volumes = 0;
        for (int i = 0; i < Instants; i++)
        {
            if (i % 10 == 0)
            {
                // From nothing, and else from what there was.
                await folder.OkAsync("down -v -t 0");
                volumes = 0;
            }

            folder.Write("compose.yaml", File.Replace("VERSION", i.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal));
            string instant = (whole * i / Instants).TotalSeconds.ToString("0.000", CultureInfo.InvariantCulture);
            await folder.RunAsync($"up -d & pid=$!; sleep {instant}; kill -9 $pid; wait $pid");
            await folder.OkAsync("up -d");
            Assert.Equal(["db-1", "once-1", "web-1", "web-2"], (await folder.ContainersAsync()).Keys.Order());
            string states = await folder.Client.OkAsync($"ps -a --filter label=com.docker.compose.project={folder.Project} --format {{{{.State}}}}");
            Assert.True(states.Split('\n').Count(state => state == "running") >= 3, $"killed after {instant} s: {states}");
            Assert.Equal(i.ToString(CultureInfo.InvariantCulture), (await folder.OkAsync("exec -T web cat /c")).Text);
            Assert.Equal(2, (await folder.Client.OkAsync($"network ls -q --filter label=com.docker.compose.project={folder.Project}")).Split('\n').Length);

            // Anonymous volumes are taken over: their number stays as it is.
            int now = (await folder.Client.OkAsync("volume ls -q")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Length;
            volumes = volumes == 0 ? now : volumes;
            Assert.Equal(volumes, now);
        }

        await folder.OkAsync("down -v -t 0");
        await folder.NothingIsLeftAsync();
    }
}

using System.Globalization;
using System.Text.RegularExpressions;

namespace Quai.EndToEnd.Tests.Compose.Updating;

/// <summary><c>deploy.update_config</c>: how a service's containers are replaced.</summary>
public sealed partial class UpdateTests(QuaidInstance engine) : IClassFixture<QuaidInstance>
{
    private const string Web = """
        services:
          web:
            image: BASE
            command: /web/web serve 80 TEXT
            volumes: ["FOLDER:/web:ro"]
            ports: ["PORT:80"]
            stop_grace_period: 1m
            healthcheck: {test: CHECK, interval: 300ms, retries: 3}
            deploy: {UPDATE}
          client:
            image: BASE
            command: SLEEPS
        """;

    [QuaidFact]
    public async Task Services_exchange_their_ports_in_one_up()
    {
        const string Text = "services: {a: {image: BASE, command: SLEEPS, ports: ['127.0.0.1:ONE:80'], UPDATE}, b: {image: BASE, command: SLEEPS, ports: ['127.0.0.1:TWO:80'], depends_on: [a], UPDATE}}";
        string one = TestCertificate.FreePort().ToString(CultureInfo.InvariantCulture), two = TestCertificate.FreePort().ToString(CultureInfo.InvariantCulture);
        string Written(string first, string second, string update) =>
            Text.Replace("ONE", first, StringComparison.Ordinal).Replace("TWO", second, StringComparison.Ordinal).Replace("UPDATE", update, StringComparison.Ordinal);
        const string StartFirst = "deploy: {update_config: {order: start-first}}", Plain = "deploy: {}";
        await using ComposeFolder folder = new(engine, Written(one, two, StartFirst));
        await folder.OkAsync("up -d");
        folder.Write("compose.yaml", Written(two, one, StartFirst));
        Assert.Contains("service \"a\" is updated stop-first, without its update_config: it gets port", (await folder.OkAsync("up -d")).Stderr, StringComparison.Ordinal);
        Assert.Equal($"127.0.0.1:{two}", (await folder.OkAsync("port a 80")).Text);
        Assert.Equal($"127.0.0.1:{one}", (await folder.OkAsync("port b 80")).Text);
        folder.Write("compose.yaml", Written(one, two, Plain));
        await folder.OkAsync("up -d");
        Assert.Equal($"127.0.0.1:{one}", (await folder.OkAsync("port a 80")).Text);
    }

    [QuaidFact]
    public async Task No_request_fails_while_a_service_is_updated_start_first()
    {
        string program = await WebProgram.PathAsync(), port = TestCertificate.FreePort().ToString(CultureInfo.InvariantCulture);
        await using ComposeFolder folder = await FolderAsync(port, "one", "update_config: {order: start-first, monitor: 1s}");
        await folder.OkAsync("up -d --wait");
        string old = (await folder.ContainersAsync())["web-1"];
        await using Neighbour neighbour = await Neighbour.CreateAsync(engine);
        List<RunningCommand> clients = [];
        try
        {
            foreach (string how in (string[])["keep", "new"])
            {
                clients.Add(RunningCommand.Start(program, ["ask", "127.0.0.1", port, "200", how]));
                clients.Add(neighbour.Start(program, "ask", neighbour.Host, port, "200", how));
            }

            await Task.Delay(TimeSpan.FromSeconds(2));
            await WriteAsync(folder, port, "two", "update_config: {order: start-first, monitor: 1s}");
            CommandResult up = await folder.OkAsync("up -d");
            Assert.DoesNotContain("stop-first", up.Stderr, StringComparison.Ordinal);
            await Task.Delay(TimeSpan.FromSeconds(2));
            foreach (RunningCommand client in clients)
            {
                await client.SignalAsync("TERM");
            }

            foreach (RunningCommand client in clients)
            {
                string said = (await client.WaitForExitAsync()).Succeeded();
                Assert.StartsWith("failed=0 one=", said, StringComparison.Ordinal);
                Assert.Contains(" two=", said, StringComparison.Ordinal);
                Assert.All(Number().Matches(said).Skip(1), number => Assert.InRange(int.Parse(number.Value, CultureInfo.InvariantCulture), 100, 100_000));
            }
        }
        finally
        {
            foreach (RunningCommand client in clients)
            {
                await client.DisposeAsync();
            }
        }

        Dictionary<string, string> containers = await folder.ContainersAsync();
        Assert.Equal(["client-1", "web-1"], containers.Keys.Order());
        Assert.NotEqual(old, containers["web-1"]);
        Assert.Equal($"0.0.0.0:{port}", (await folder.OkAsync("port web 80")).Text);
        Assert.Equal("two", (await folder.OkAsync($"exec -T client wget -qO- http://web/")).Text);

        // It is as any other: the next up has nothing to do, and a restart publishes again.
        await folder.OkAsync("up -d");
        Assert.Equal(containers, await folder.ContainersAsync());
        await folder.OkAsync("restart web");
        Assert.Equal("two", await GetAsync(port));
    }

    [QuaidFact]
    public async Task One_that_is_no_good_never_gets_the_port()
    {
        string port = TestCertificate.FreePort().ToString(CultureInfo.InvariantCulture);
        await using ComposeFolder folder = await FolderAsync(port, "one", "update_config: {order: start-first}");
        await folder.OkAsync("up -d --wait");
        Dictionary<string, string> before = await folder.ContainersAsync();
        await WriteAsync(folder, port, "two", "update_config: {order: start-first}", check: "echo not good; exit 1");
        CommandResult failed = await folder.RunAsync("up -d");
        Assert.Equal(1, failed.ExitCode);
        Assert.Contains("service \"web\": update of container ", failed.Stderr, StringComparison.Ordinal);
        Assert.Contains("not good; the old container was not stopped, and stays", failed.Stderr, StringComparison.Ordinal);
        Assert.Equal(before, await folder.ContainersAsync());
        Assert.Equal("one", await GetAsync(port));
        Assert.Equal("one", (await folder.OkAsync($"exec -T client wget -qO- http://web/")).Text);
    }

    [QuaidFact]
    public async Task One_that_fails_while_it_is_watched_gives_the_port_back()
    {
        const string Policy = "update_config: {order: start-first, monitor: 30s, failure_action: rollback}";
        string port = TestCertificate.FreePort().ToString(CultureInfo.InvariantCulture);
        await using ComposeFolder folder = await FolderAsync(port, "one", Policy);
        await folder.OkAsync("up -d --wait");
        Dictionary<string, string> before = await folder.ContainersAsync();

        // It is healthy at first, and no more once it has the port: its check sees the name that it goes by then.
        await WriteAsync(folder, port, "two", Policy, check: "test ! -f /tmp/bad", command: "sh -c '(sleep 4; touch /tmp/bad) & exec /web/web serve 80 two'");
        CommandResult failed = await folder.RunAsync("up -d");
        Assert.Equal(1, failed.ExitCode);
        Assert.True(failed.Stderr.Contains("Taken over", StringComparison.Ordinal) && failed.Stderr.Contains("is unhealthy", StringComparison.Ordinal), failed.ToString());
        Assert.Equal(before, await folder.ContainersAsync());
        Assert.Equal("one", await GetAsync(port));
        Assert.Equal("one", (await folder.OkAsync($"exec -T client wget -qO- http://web/")).Text);
    }

    [QuaidTheory]
    [InlineData("start-first", "")]
    [InlineData("start-first", ", rollback_config: {parallelism: 0, delay: 1s}")]
    [InlineData("stop-first", "")]
    public async Task A_roll_back_brings_back_those_that_were_updated_already(string order, string back)
    {
        const string Text = """
            services:
              a:
                image: BASE
                command: sh -c "test VERSION = 1 || ! test -f /state/updated || exit 3; touch /state/updated; trap 'exit 0' TERM; while :; do sleep 1 & wait; done"
                volumes: ["state:/state"]
                deploy: {replicas: 3, update_config: {order: ORDER, failure_action: rollback, delay: 200ms}BACK}
            volumes: {state: {}}
            """;
        string file = Text.Replace("ORDER", order, StringComparison.Ordinal).Replace("BACK", back, StringComparison.Ordinal);
        await using ComposeFolder folder = new(engine, file.Replace("VERSION", "1", StringComparison.Ordinal));
        await folder.OkAsync("up -d");
        await folder.OkAsync("exec -T a rm /state/updated");
        Dictionary<string, string> before = await folder.ContainersAsync();
        folder.Write("compose.yaml", file.Replace("VERSION", "2", StringComparison.Ordinal));
        CommandResult failed = await folder.RunAsync("up -d");
        Assert.Equal(1, failed.ExitCode);
        Assert.Contains("exited (3)", failed.Stderr, StringComparison.Ordinal);
        Assert.Contains("service \"a\" is what it was before", failed.Stderr, StringComparison.Ordinal);
        Assert.Equal(before, await folder.ContainersAsync());
        Assert.Equal(3, (await folder.OkAsync("ps -q --status running")).Text.Split('\n').Length);
    }

    [QuaidFact]
    public async Task What_cannot_run_twice_is_updated_stop_first_and_says_so()
    {
        const string File = "services: {a: {image: BASE, command: SLEEPS, container_name: NAME, environment: {V: 'VERSION'}, deploy: {update_config: {order: start-first}}}}";
        await using ComposeFolder folder = new(engine, "services: {}");
        string file = File.Replace("NAME", folder.Project + "-own", StringComparison.Ordinal);
        folder.Write("compose.yaml", file);
        await folder.OkAsync("up -d");
        folder.Write("compose.yaml", file.Replace("VERSION", "2", StringComparison.Ordinal));
        Assert.Contains("service \"a\" is updated stop-first, not start-first: it has a container_name", (await folder.OkAsync("up -d")).Stderr, StringComparison.Ordinal);
        Assert.Equal(["own"], (await folder.ContainersAsync()).Keys);
        Assert.Contains("V=2", await folder.Client.InspectAsync(folder.Project + "-own", "{{.Config.Env}}"), StringComparison.Ordinal);
    }

    [QuaidFact]
    public async Task An_update_that_is_killed_is_finished_by_the_next_up()
    {
        string port = TestCertificate.FreePort().ToString(CultureInfo.InvariantCulture);
        await using ComposeFolder folder = await FolderAsync(port, "v0", "update_config: {order: start-first, monitor: 1s}");
        await folder.OkAsync("up -d --wait");
        for (int i = 1; i <= 6; i++)
        {
            await WriteAsync(folder, port, $"v{i}", "update_config: {order: start-first, monitor: 1s}");
            await folder.RunAsync($"up -d & pid=$!; sleep 0.{i * 15 % 10}; sleep {i / 2}; kill -9 $pid; wait $pid");
            Assert.StartsWith("v", await GetAsync(port), StringComparison.Ordinal);
            await folder.OkAsync("up -d");
            Assert.Equal(["client-1", "web-1"], (await folder.ContainersAsync()).Keys.Order());
            Assert.Equal($"v{i}", await GetAsync(port));
            Assert.Equal($"v{i}", (await folder.OkAsync("exec -T client wget -qO- http://web/")).Text);
        }
    }

    [GeneratedRegex("[0-9]+")]
    private static partial Regex Number();

    private static async Task<string> GetAsync(string port) => (await RunningCommand.RunAsync("curl", ["-s", "-m", "10", "--noproxy", "*", $"http://127.0.0.1:{port}/"])).Stdout;

    private async Task<ComposeFolder> FolderAsync(string port, string text, string update)
    {
        ComposeFolder folder = new(engine, "services: {}");
        await WriteAsync(folder, port, text, update);
        return folder;
    }

    private static async Task WriteAsync(ComposeFolder folder, string port, string text, string update, string check = "wget -qO- http://127.0.0.1/", string? command = null) => folder.Write(
        "compose.yaml",
        Web.Replace("/web/web serve 80 TEXT", command ?? $"/web/web serve 80 {text}", StringComparison.Ordinal).Replace("PORT", port, StringComparison.Ordinal).Replace("CHECK", $"\"{check}\"", StringComparison.Ordinal)
            .Replace("UPDATE", update, StringComparison.Ordinal).Replace("FOLDER", Path.GetDirectoryName(await WebProgram.PathAsync())!, StringComparison.Ordinal));
}

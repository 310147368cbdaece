namespace Quai.EndToEnd.Tests.Compose;

/// <summary><c>quai compose</c>: a project from its first <c>up</c> to its <c>down</c>.</summary>
public sealed class ComposeTests(QuaidInstance engine) : IClassFixture<QuaidInstance>
{
    private const string Shop = """
        services:
          db:
            image: BASE
            command: SLEEPS
            environment: {LEVEL: "1"}
            volumes: ["data:/data", "/anonymous"]
            healthcheck: {test: "test -f /tmp/ready || { touch /tmp/ready; exit 1; }", interval: 300ms, retries: 10}
          setup:
            image: BASE
            command: sh -c "echo done > /data/setup"
            volumes: ["data:/data"]
            depends_on: {db: {condition: service_healthy}}
          web:
            image: BASE
            command: SLEEPS
            scale: 2
            depends_on: {setup: {condition: service_completed_successfully}, db: {condition: service_healthy, restart: true}}
        volumes: {data: {}}
        """;

    [QuaidFact]
    public async Task Up_changes_what_has_changed_and_down_leaves_nothing()
    {
        await using ComposeFolder folder = new(engine, Shop);
        await folder.OkAsync("up -d");
        Dictionary<string, string> first = await folder.ContainersAsync();
        Assert.Equal(["db-1", "setup-1", "web-1", "web-2"], first.Keys.Order());
        Assert.Equal("done", (await folder.OkAsync("exec -T web sh -c 'cat /proc/1/cgroup >/dev/null; echo done'")).Text);
        await folder.OkAsync("exec -T db sh -c 'echo kept > /data/f; echo kept too > /anonymous/f'");

        await folder.OkAsync("up -d");
        Assert.Equal(first, await folder.ContainersAsync());

        folder.Write("compose.yaml", Shop.Replace("LEVEL: \"1\"", "LEVEL: \"2\"", StringComparison.Ordinal));
        Assert.Equal(2, (await folder.RunAsync("plan --exit-code")).ExitCode);
        await folder.OkAsync("up -d");
        Dictionary<string, string> second = await folder.ContainersAsync();
        Assert.NotEqual(first["db-1"], second["db-1"]);
        Assert.Equal((first["setup-1"], first["web-1"], first["web-2"]), (second["setup-1"], second["web-1"], second["web-2"]));
        Assert.Equal("done\nkept\nkept too\n2", (await folder.OkAsync("exec -T db sh -c 'cat /data/setup /data/f /anonymous/f; echo $LEVEL'")).Text);
        Assert.Equal(0, (await folder.RunAsync("plan --exit-code")).ExitCode);

        await folder.OkAsync("scale web=3");
        await folder.OkAsync("up -d --scale web=1");
        Assert.Equal(["db-1", "setup-1", "web-1"], (await folder.ContainersAsync()).Keys.Order());

        await folder.OkAsync("down");
        Assert.Equal($"{folder.Project}_data", await folder.Client.OkAsync($"volume ls -q --filter label=com.docker.compose.project={folder.Project}"));
        await folder.OkAsync("up -d");
        Assert.Equal("kept", (await folder.OkAsync("exec -T db cat /data/f")).Text);
        await folder.OkAsync("down -v");
        await folder.NothingIsLeftAsync();
    }

    [QuaidFact]
    public async Task What_depends_waits_for_health_and_for_the_end()
    {
        await using ComposeFolder folder = new(engine, Shop);
        await folder.OkAsync("up -d --wait");
        string Moment(string service) => folder.Client.InspectAsync($"{folder.Project}-{service}-1", "{{.State.StartedAt}} {{.State.FinishedAt}}").GetAwaiter().GetResult();
        string[] db = Moment("db").Split(' '), setup = Moment("setup").Split(' '), web = Moment("web").Split(' ');
        Assert.True(string.CompareOrdinal(db[0], setup[0]) < 0 && string.CompareOrdinal(setup[1], web[0]) <= 0, $"{db[0]} {setup[0]} {setup[1]} {web[0]}");
        Assert.Equal("healthy", await folder.Client.InspectAsync($"{folder.Project}-db-1", "{{.State.Health.Status}}"));
    }

    [QuaidFact]
    public async Task A_project_in_the_foreground_shows_its_output_and_ends_with_a_containers_code()
    {
        await using ComposeFolder folder = new(engine, """
            services:
              one: {image: BASE, command: sh -c "echo said; echo failed >&2; exit 7"}
              two: {image: BASE, command: SLEEPS}
            """);
        CommandResult run = await folder.RunAsync("up --exit-code-from one");
        Assert.Equal(7, run.ExitCode);
        Assert.Matches(@"(?m)^one-1  \| said$", run.Stdout);
        Assert.Matches(@"(?m)^one-1  \| failed$", run.Stderr);
        Assert.Contains("one-1 exited with code 7", run.Stdout, StringComparison.Ordinal);
        Assert.Equal("", (await folder.OkAsync("ps -q")).Text);
        Assert.Equal("said\nfailed", (await folder.OkAsync("logs --no-log-prefix one")).Text);

        CommandResult interrupted = await folder.RunAsync("up two & sleep 2; kill -TERM $!; wait $!");
        Assert.Equal(130, interrupted.ExitCode);
        Assert.Contains("Gracefully Stopping", interrupted.Stderr, StringComparison.Ordinal);
        Assert.Equal("", (await folder.OkAsync("ps -q")).Text);
    }

    [QuaidFact]
    public async Task What_a_container_writes_when_it_is_started_again_is_shown()
    {
        await using ComposeFolder folder = new(engine, "services: {one: {image: BASE, command: sh -c 'echo said; exit 3', restart: 'on-failure:2'}}");
        CommandResult run = await folder.RunAsync("up");
        Assert.Equal(0, run.ExitCode);
        Assert.Equal(["one-1  | said", "one-1 exited with code 3"], run.Stdout.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Replace(" (restarting)", "", StringComparison.Ordinal)).Distinct().Order());
        Assert.Equal(3, run.Stdout.Split('\n').Count(line => line == "one-1  | said"));
    }

    [QuaidFact]
    public async Task Commands_find_containers_by_their_services()
    {
        await using ComposeFolder folder = new(engine, """
            services:
              web: {image: BASE, command: SLEEPS, ports: ["127.0.0.1::80"], environment: [A=1]}
              job: {image: BASE, command: echo hi, profiles: [tools], depends_on: [web]}
            """);
        await folder.OkAsync("up -d");
        Assert.Matches(@"^127\.0\.0\.1:\d+$", (await folder.OkAsync("port web 80")).Text);
        Assert.Equal(3, (await folder.RunAsync("exec -T web sh -c 'exit 3'")).ExitCode);
        Assert.Equal("hi", (await folder.OkAsync("run --rm -T job")).Text);
        Assert.Equal("1 2", (await folder.OkAsync("run --rm -T -e B=2 web sh -c 'echo $A $B'")).Text);
        Assert.Equal(5, (await folder.RunAsync("run --rm -T --no-deps web sh -c 'exit 5'")).ExitCode);
        await folder.OkAsync("cp compose.yaml web:/copied");
        Assert.Contains("services:", (await folder.OkAsync("exec -T web cat /copied")).Text, StringComparison.Ordinal);
        await folder.OkAsync("pause");
        Assert.Equal("paused", await folder.Client.InspectAsync($"{folder.Project}-web-1", "{{.State.Status}}"));
        await folder.OkAsync("unpause");
        await folder.OkAsync("restart");
        await folder.OkAsync("stop");
        Assert.Equal("exited", await folder.Client.InspectAsync($"{folder.Project}-web-1", "{{.State.Status}}"));
        await folder.OkAsync("start");
        Assert.Equal("web", (await folder.OkAsync("ps --services")).Text);
        Assert.Contains(folder.Project, (await folder.OkAsync("ls")).Text, StringComparison.Ordinal);
        await folder.OkAsync("kill");
        await folder.OkAsync("rm -f");
        Assert.Empty(await folder.ContainersAsync());

        // Without its files, a project is known by its labels.
        await folder.Client.OkAsync($"compose -p {folder.Project} down");
        await folder.NothingIsLeftAsync();
    }

    [QuaidFact]
    public async Task Images_are_built_secrets_and_configs_are_there()
    {
        await using ComposeFolder folder = new(engine, """
            services:
              app:
                build: {dockerfile_inline: "FROM BASE\nARG A\nRUN echo $$A > /built", args: {A: "yes"}}
                command: SLEEPS
                secrets: [token, {source: variable, target: /etc/variable, mode: 0400}]
                configs: [{source: inline, target: /etc/inline}]
            secrets: {token: {file: token.txt}, variable: {environment: FROM_OUTSIDE}}
            configs: {inline: {content: "in line"}}
            """);
        folder.Write("token.txt", "of a file").Write(".env", "FROM_OUTSIDE=of a variable\n");
        await folder.OkAsync("up -d");
        Assert.Equal("yes\nof a file of a variable in line", (await folder.OkAsync("exec -T app sh -c 'cat /built; echo $(cat /run/secrets/token) $(cat /etc/variable) $(cat /etc/inline)'")).Text);
        await folder.OkAsync("down --rmi local");
        Assert.Equal("", await folder.Client.OkAsync($"images -q {folder.Project}-app"));
    }

    [QuaidFact]
    public async Task Changed_secrets_and_configs_are_taken_by_those_that_have_them()
    {
        const string Text = """
            services:
              a: {image: BASE, command: SLEEPS, configs: [{source: inline, target: /etc/inline}]}
              b: {image: BASE, command: SLEEPS, secrets: [variable]}
              c: {image: BASE, command: SLEEPS, configs: [{source: file, target: /etc/file}]}
            configs: {inline: {content: "one"}, file: {file: file.txt}}
            secrets: {variable: {environment: VARIABLE}}
            """;
        await using ComposeFolder folder = new(engine, Text);
        folder.Write("file.txt", "one").Write(".env", "VARIABLE=one\n");
        await folder.OkAsync("up -d");
        Dictionary<string, string> first = await folder.ContainersAsync();
        await folder.OkAsync("up -d");
        Assert.Equal(first, await folder.ContainersAsync());

        folder.Write("compose.yaml", Text.Replace("content: \"one\"", "content: \"two\"", StringComparison.Ordinal)).Write("file.txt", "two");
        await folder.OkAsync("up -d");
        Dictionary<string, string> second = await folder.ContainersAsync();
        Assert.NotEqual(first["a-1"], second["a-1"]);
        Assert.Equal((first["b-1"], first["c-1"]), (second["b-1"], second["c-1"]));
        Assert.Equal("two", (await folder.OkAsync("exec -T a cat /etc/inline")).Text);
        Assert.Equal("two", (await folder.OkAsync("exec -T c cat /etc/file")).Text);

        folder.Write(".env", "VARIABLE=two\n");
        Assert.Contains($"~ container {folder.Project}-b-1: what is copied into it of its secrets and configs has changed", (await folder.OkAsync("diff")).Text, StringComparison.Ordinal);
        await folder.OkAsync("up -d");
        Assert.Equal("two", (await folder.OkAsync("exec -T b cat /run/secrets/variable")).Text);
        Assert.Equal(second["a-1"], (await folder.ContainersAsync())["a-1"]);
    }

    [QuaidFact]
    public async Task What_would_be_done_can_be_asked_before_and_behind_a_command()
    {
        await using ComposeFolder folder = new(engine, "services: {a: {image: BASE, command: SLEEPS}}");
        string plan = (await folder.OkAsync("--dry-run up -d")).Text;
        Assert.Contains($"create container {folder.Project}-a-1", plan, StringComparison.Ordinal);
        Assert.Equal(plan, (await folder.OkAsync("up -d --dry-run")).Text);
        Assert.Empty(await folder.ContainersAsync());
    }

    [QuaidFact]
    public async Task Commands_run_after_the_start_and_before_the_stop()
    {
        await using ComposeFolder folder = new(engine, """
            services:
              a:
                image: BASE
                command: SLEEPS
                volumes: ["told:/told"]
                post_start: [{command: "sh -c 'echo after $$A >> /told/all'", environment: [A=1]}]
                pre_stop: [{command: "sh -c 'echo before >> /told/all'"}]
              reads: {image: BASE, command: cat /told/all, volumes: ["told:/told"], profiles: [p]}
            volumes: {told: {}}
            """);
        await folder.OkAsync("up -d");
        await folder.OkAsync("restart");
        await folder.OkAsync("stop");
        Assert.Equal("after 1\nbefore\nafter 1\nbefore", (await folder.OkAsync("run --rm -T reads")).Text);
    }
}

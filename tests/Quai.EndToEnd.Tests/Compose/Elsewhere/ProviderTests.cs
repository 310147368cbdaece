namespace Quai.EndToEnd.Tests.Compose.Elsewhere;

/// <summary>Services that another program provides, and what services are given of the machine.</summary>
public sealed class ProviderTests(QuaidInstance engine) : IClassFixture<QuaidInstance>
{
    [QuaidFact]
    public async Task A_program_provides_a_service_and_its_variables()
    {
        await using ComposeFolder folder = new(engine, """
            services:
              my-db: {provider: {type: cloud, options: {kind: sql, size: ["1", "2"]}}}
              web: {image: BASE, command: SLEEPS, depends_on: [my-db]}
              free: {image: BASE, command: SLEEPS}
            """);
        Directory.CreateDirectory(Path.Combine(folder.Folder, "bin"));
        folder.Write("bin/cloud", """
            #!/bin/sh
            echo "$@" >> "$(dirname "$0")/calls"
            [ "$3" = up ] || exit 0
            echo '{"type":"info","message":"making it"}'
            echo '{"type":"debug","message":"nothing"}'
            echo '{"type":"setenv","message":"URL=sql://x?a=b"}'
            test ! -f "$(dirname "$0")/broken" || { echo '{"type":"error","message":"no money"}'; exit 1; }
            """);
        File.SetUnixFileMode(Path.Combine(folder.Folder, "bin/cloud"), (UnixFileMode)0b111_101_101);
        Task<CommandResult> RunAsync(string line) => folder.Client.ShellAsync($"cd {folder.Folder} && PATH=$PWD/bin:$PATH COMPOSE_PROJECT_NAME={folder.Project} {ComposeFolder.Program} compose {line}");
        CommandResult up = await RunAsync("up -d");
        up.Succeeded();
        Assert.Contains("Service my-db  making it", up.Stderr, StringComparison.Ordinal);
        Dictionary<string, string> containers = await folder.ContainersAsync();
        Assert.Equal(["free-1", "web-1"], containers.Keys.Order());
        Assert.Equal("sql://x?a=b", (await folder.Client.OkAsync($"exec {containers["web-1"]} sh -c 'echo $MY_DB_URL'")).Trim());
        Assert.Equal("", (await folder.Client.OkAsync($"exec {containers["free-1"]} sh -c 'echo $MY_DB_URL'")).Trim());

        // Nothing has changed, and nothing is made anew.
        (await RunAsync("up -d")).Succeeded();
        Assert.Equal(containers, await folder.ContainersAsync());
        Assert.Contains("provide service my-db: by cloud\nNothing is to be changed.\n", (await RunAsync("plan")).Succeeded() + "\n", StringComparison.Ordinal);
        Assert.Contains("Nothing is to be changed.", (await RunAsync("--dry-run up -d")).Succeeded(), StringComparison.Ordinal);
        Assert.Equal("", (await RunAsync("diff")).Succeeded());
        CommandResult why = await RunAsync("why");
        Assert.Equal((0, "free is up\nmy-db is provided by the program cloud, which alone knows whether it is up\nweb is up\n"), (why.ExitCode, why.Stdout));
        folder.Write("bin/broken", "");
        (await RunAsync("up -d")).ExpectFailure(1, "service \"my-db\": provider: no money");
        (await RunAsync("down")).Succeeded();
        string call = $"compose --project-name={folder.Project}";
        Assert.Equal(
            [$"{call} up --kind=sql --size=1 --size=2 my-db", $"{call} up --kind=sql --size=1 --size=2 my-db", $"{call} up --kind=sql --size=1 --size=2 my-db", $"{call} down --kind=sql --size=1 --size=2 my-db"],
            await File.ReadAllLinesAsync(Path.Combine(folder.Folder, "bin/calls")));
    }

    [QuaidFact]
    public async Task A_service_gets_the_engines_socket_and_the_users_credentials()
    {
        await using ComposeFolder folder = new(engine, "services: {a: {image: BASE, command: SLEEPS, use_api_socket: true}, b: {image: BASE, command: SLEEPS}}");
        Directory.CreateDirectory(Path.Combine(folder.Folder, "settings"));
        folder.Write("settings/config.json", """{"auths": {"reg.example": {"auth": "dTpw"}}, "detachKeys": "ctrl-e"}""");
        Task<CommandResult> RunAsync(string line) => folder.Client.ShellAsync($"cd {folder.Folder} && COMPOSE_PROJECT_NAME={folder.Project} {ComposeFolder.Program} --config {folder.Folder}/settings compose {line}");
        (await RunAsync("up -d")).Succeeded();
        Dictionary<string, string> containers = await folder.ContainersAsync();
        Assert.Equal("/run/secrets/docker", (await folder.Client.OkAsync($"exec {containers["a-1"]} sh -c 'test -S /var/run/docker.sock && echo $DOCKER_CONFIG'")).Trim());
        string given = await folder.Client.OkAsync($"exec {containers["a-1"]} cat /run/secrets/docker/config.json");
        Assert.Contains("\"auth\": \"dTpw\"", given, StringComparison.Ordinal);
        Assert.DoesNotContain("detachKeys", given, StringComparison.Ordinal);
        Assert.NotEqual(0, (await folder.Client.RunAsync($"exec {containers["b-1"]} test -e /var/run/docker.sock")).ExitCode);
        (await RunAsync("up -d")).Succeeded();
        Assert.Equal(containers, await folder.ContainersAsync());
    }

    [QuaidTheory]
    [InlineData("")]
    [InlineData("--image --networks --ports")]
    [InlineData("--spaces --indentation-size 3 --ports")]
    public async Task The_graph_is_that_of_Dockers_compose(string flags)
    {
        await using ComposeFolder folder = new(engine, """
            services:
              web: {image: BASE, ports: ["8080:80", "127.0.0.1:9000-9001:9000-9001/udp"], depends_on: [db, cache], networks: [front, back]}
              db: {image: redis, networks: [back], depends_on: [cache]}
              cache: {build: .}
            networks: {front: {}, back: {}}
            """);
        string theirs = (await folder.PluginAsync($"alpha viz {flags}")).Stdout, ours = (await folder.OkAsync($"alpha viz {flags}")).Stdout;
        Assert.Equal(ours, (await folder.OkAsync($"viz {flags}")).Stdout);

        // The order of theirs is another each time.
        Assert.Equal(theirs.Split('\n').Order(StringComparer.Ordinal), ours.Split('\n').Order(StringComparer.Ordinal));
    }
}

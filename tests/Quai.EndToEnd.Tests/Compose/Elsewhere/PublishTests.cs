using System.Text.Json.Nodes;

namespace Quai.EndToEnd.Tests.Compose.Elsewhere;

/// <summary>Projects are published in registries, and run from there and from Git repositories.</summary>
public sealed class PublishTests(QuaidInstance engine) : IClassFixture<QuaidInstance>
{
    private const string Shop = """
        name: NAME
        services:
          web:
            image: BASE
            command: SLEEPS
            env_file: [vars.env, {path: "not-there.env", required: false}]
          db:
            extends: {file: 'bases/base.yaml', service: base}
        """;

    [QuaidTheory]
    [InlineData("", "application/vnd.docker.compose.project")]
    [InlineData("--oci-version 1.0", null)]
    public async Task What_is_published_runs_from_the_registry(string flags, string? type)
    {
        await using DebianRegistry registry = await DebianRegistry.StartAsync(engine.Scratch(Guid.NewGuid().ToString("n")));
        await using ComposeFolder folder = Folder();
        Assert.Contains("services/x:1  published", (await folder.OkAsync($"-f compose.yaml -f over.yaml publish --with-env -y {flags} {registry.Address}/services/x:1")).Stderr, StringComparison.Ordinal);
        JsonNode manifest = JsonNode.Parse(await RunningCommand.ShellAsync($"skopeo inspect --raw --tls-verify=false docker://{registry.Address}/services/x:1"))!;
        Assert.Equal(type, (string?)manifest["artifactType"]);
        Assert.Equal(
            ["compose.yaml", "over.yaml", null, null, null],
            manifest["layers"]!.AsArray().Select(layer => (string?)layer!["annotations"]!["com.docker.compose.file"] is { Length: < 60 } name ? name : null));

        await using ComposeFolder elsewhere = new(engine, "services: {}");
        string run = $"-f oci://{registry.Address}/services/x:1";
        string environment = $"XDG_CACHE_HOME={elsewhere.Folder}/cache";
        CommandResult config = await elsewhere.Client.ShellAsync($"cd {elsewhere.Folder} && {environment} {ComposeFolder.Program} compose {run} config");
        Assert.Contains("FROM_FILE: a file's", config.Succeeded(), StringComparison.Ordinal);
        Assert.Contains("FROM_BELOW: \"1\"", config.Stdout, StringComparison.Ordinal);
        Assert.Contains("OVER: \"2\"", config.Stdout, StringComparison.Ordinal);
        (await elsewhere.Client.ShellAsync($"cd {elsewhere.Folder} && {environment} {ComposeFolder.Program} compose {run} -p {elsewhere.Project} up -d")).Succeeded();
        Assert.Equal(["db-1", "web-1"], (await elsewhere.ContainersAsync()).Keys.Order());

        // Others may include it, and a file that is not there any more is still known by what is on the disk.
        elsewhere.Write("compose.yaml", $"include: ['oci://{registry.Address}/services/x:1']\nservices: {{more: {{image: BASE}}}}");
        Assert.Equal("db\nmore\nweb\n", (await elsewhere.Client.ShellAsync($"cd {elsewhere.Folder} && {environment} {ComposeFolder.Program} compose config --services | sort")).Stdout);
        Assert.Contains("is not a compose project OCI artifact", (await NoProjectAsync(registry, elsewhere)).Stderr, StringComparison.Ordinal);
    }

    [QuaidFact]
    public async Task Dockers_compose_reads_it_and_is_read()
    {
        string scratch = engine.Scratch(Guid.NewGuid().ToString("n"));
        TestCertificate certificate = TestCertificate.Make(scratch, "registry", "127.0.0.1");
        await using DebianRegistry registry = await DebianRegistry.StartAsync(scratch, new() { Certificate = certificate });
        await using ComposeFolder folder = Folder();
        await folder.OkAsync($"-f compose.yaml -f over.yaml publish --with-env -y {registry.Address}/ours:1");
        folder.Write("compose.yaml", Shop.Replace("NAME", folder.Project, StringComparison.Ordinal).Replace("[vars.env, {path: \"not-there.env\", required: false}]", "\n      - vars.env", StringComparison.Ordinal)
            .Replace("{file: 'bases/base.yaml', service: base}", "\n      file: bases/base.yaml\n      service: base", StringComparison.Ordinal));
        // Theirs cannot publish what extended files name.
        folder.Write("bases/base.yaml", "services: {base: {image: BASE, command: SLEEPS, environment: {FROM_BELOW: '1'}}}");
        string alone = $"cd {folder.Folder} && HOME={scratch} XDG_CACHE_HOME={scratch}/cache SSL_CERT_FILE={certificate.File}";
        (await folder.Client.ShellAsync($"{alone} {ComposeFolder.Plugin} -f compose.yaml -f over.yaml publish --with-env -y {registry.Address}/theirs:1")).Succeeded();
        foreach (string program in (string[])[ComposeFolder.Plugin, ComposeFolder.Program + " compose"])
        {
            foreach (string name in (string[])["ours", "theirs"])
            {
                string config = (await folder.Client.ShellAsync($"{alone} {program} -f oci://{registry.Address}/{name}:1 config")).Succeeded();
                Assert.All((string[])["FROM_FILE: a file's", "FROM_BELOW: \"1\"", "OVER: \"2\""], text => Assert.Contains(text, config, StringComparison.Ordinal));
            }
        }
    }

    [QuaidFact]
    public async Task What_must_not_leave_the_machine_is_not_published()
    {
        await using ComposeFolder folder = Folder();
        CommandResult refused = await folder.RunAsync("publish 127.0.0.1:1/x");
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("service \"web\" has env_file declared.\n", refused.Stderr, StringComparison.Ordinal);
        folder.Write("compose.yaml", "services: {a: {image: BASE, volumes: ['./here:/there']}}");
        Assert.Contains("nobody has agreed", (await folder.RunAsync("publish 127.0.0.1:1/x")).Stderr, StringComparison.Ordinal);
        folder.Write("compose.yaml", "services: {a: {build: .}}");
        Assert.Contains("only contains a build section for service(s):\n- \"a\"", (await folder.RunAsync("publish 127.0.0.1:1/x")).Stderr, StringComparison.Ordinal);
        folder.Write("compose.yaml", "include: [over.yaml]\nservices: {a: {image: BASE}}").Write("over.yaml", "services: {b: {image: BASE}}");
        Assert.Contains("cannot publish compose file with local includes", (await folder.RunAsync("publish --with-env 127.0.0.1:1/x")).Stderr, StringComparison.Ordinal);
    }

    [QuaidFact]
    public async Task A_project_runs_from_a_git_repository()
    {
        await using ComposeFolder folder = new(engine, "services: {}");
        string repository = Path.Combine(folder.Folder, "served/shop");
        Directory.CreateDirectory(Path.Combine(repository, "deep"));
        File.WriteAllText(Path.Combine(repository, "compose.yaml"), "services: {top: {image: x, env_file: [a.env]}}");
        File.WriteAllText(Path.Combine(repository, "a.env"), "A=first\n");
        File.WriteAllText(Path.Combine(repository, "deep/compose.yml"), "services: {deep: {image: x}}");
        const string Git = "git -c user.name=t -c user.email=t@t";
        await RunningCommand.ShellAsync($"cd {repository} && git init -q -b main . && git add . && {Git} commit -qm one && {Git} tag -a v1 -m v1 && echo A=second > a.env && {Git} commit -qam two");
        string port = TestCertificate.FreePort().ToString();
        await using RunningCommand daemon = RunningCommand.Start("git", ["daemon", "--reuseaddr", "--export-all", "--listen=127.0.0.1", $"--port={port}", $"--base-path={folder.Folder}/served", $"{folder.Folder}/served"]);
        string address = $"git://127.0.0.1:{port}/shop";
        await Eventually.HoldsAsync(async () => (await RunningCommand.RunAsync("git", ["ls-remote", address])) is { ExitCode: 0 } ? null : "no answer");
        Task<CommandResult> ConfigAsync(string what) => folder.Client.ShellAsync($"cd {folder.Folder} && XDG_CACHE_HOME={folder.Folder}/cache {ComposeFolder.Program} compose -f '{what}' config");
        Assert.Contains("A: second", (await ConfigAsync(address)).Succeeded(), StringComparison.Ordinal);
        Assert.Contains("A: first", (await ConfigAsync(address + "#v1")).Succeeded(), StringComparison.Ordinal);
        Assert.Contains("deep:", (await ConfigAsync(address + "#main:deep")).Succeeded(), StringComparison.Ordinal);
        Assert.Contains("deep:", (await ConfigAsync(address + "#:deep/compose.yml")).Succeeded(), StringComparison.Ordinal);
        (await ConfigAsync(address + "#no-such-branch")).ExpectFailure(1, address + "#no-such-branch: repository does not contain ref no-such-branch");
        (await ConfigAsync($"git://127.0.0.1:{port}/nothing")).ExpectFailure(1, $"git://127.0.0.1:{port}/nothing: access denied or repository not exported: /nothing");
        (await ConfigAsync(address + "#main:../..")).ExpectFailure(1, "is not within the repository");
        folder.Write("compose.yaml", $"include: ['{address}#v1']\nservices: {{more: {{image: x, extends: {{file: '{address}#main:deep', service: deep}}}}}}");
        Assert.Equal("more\ntop\n", (await folder.Client.ShellAsync($"cd {folder.Folder} && XDG_CACHE_HOME={folder.Folder}/cache {ComposeFolder.Program} compose config --services | sort")).Stdout);
    }

    [QuaidFact]
    public async Task What_a_project_from_elsewhere_takes_of_the_environment_is_asked()
    {
        await using ComposeFolder folder = new(engine, "services: {}");
        Directory.CreateDirectory(Path.Combine(folder.Folder, "served/shop"));
        folder.Write("served/shop/compose.yaml", "services: {a: {image: '${IMAGE:-BASE}', command: SLEEPS, environment: [TOKEN, UNSET, 'V=${V?}', 'W=${W}']}}");
        await RunningCommand.ShellAsync($"cd {folder.Folder}/served/shop && git init -q -b main . && git add . && git -c user.name=t -c user.email=t@t commit -qm one");
        string port = TestCertificate.FreePort().ToString();
        await using RunningCommand daemon = RunningCommand.Start("git", ["daemon", "--reuseaddr", "--export-all", "--listen=127.0.0.1", $"--port={port}", $"--base-path={folder.Folder}/served", $"{folder.Folder}/served"]);
        string address = $"git://127.0.0.1:{port}/shop";
        await Eventually.HoldsAsync(async () => (await RunningCommand.RunAsync("git", ["ls-remote", address])) is { ExitCode: 0 } ? null : "no answer");
        Task<CommandResult> UpAsync(string answer, string flags) => folder.Client.ShellAsync(
            $"cd {folder.Folder} && echo {answer} | XDG_CACHE_HOME={folder.Folder}/cache COMPOSE_PROJECT_NAME={folder.Project} TOKEN=secret V=1 {ComposeFolder.Program} compose -f {address} up -d {flags}");
        CommandResult refused = (await UpAsync("n", "")).ExpectFailure(1, "operation cancelled by user");
        Assert.Contains($"Your compose stack \"{address}\" is stored in \"{folder.Folder}/cache/quai/compose/", refused.Stdout, StringComparison.Ordinal);
        Assert.Contains(
            """

            Found the following variables in configuration:
            VARIABLE   VALUE         SOURCE         REQUIRED   DEFAULT
            IMAGE      busybox:e2e   compose file   no         busybox:e2e
            TOKEN      secret        environment    no         
            V          1             environment    yes        
            W          <unset>       none           no         

            Do you want to proceed with these variables? [Y/n]: 
            """,
            refused.Stdout,
            StringComparison.Ordinal);
        Assert.Empty(await folder.ContainersAsync());
        (await UpAsync("y", "")).Succeeded();
        CommandResult agreed = await UpAsync("n", "-y");
        agreed.Succeeded();
        Assert.DoesNotContain("secret", agreed.Stdout, StringComparison.Ordinal);
        Assert.Single(await folder.ContainersAsync());
    }

    private ComposeFolder Folder()
    {
        ComposeFolder folder = new(engine, "services: {}");
        Directory.CreateDirectory(Path.Combine(folder.Folder, "bases"));
        return folder.Write("compose.yaml", Shop.Replace("NAME", folder.Project, StringComparison.Ordinal)).Write("over.yaml", "services: {web: {environment: {OVER: '2'}}}").Write("vars.env", "FROM_FILE=a file's\n")
            .Write("bases/base.yaml", "services: {base: {image: BASE, command: SLEEPS, env_file: deep.env}}").Write("bases/deep.env", "FROM_BELOW=1\n");
    }

    private async Task<CommandResult> NoProjectAsync(DebianRegistry registry, ComposeFolder folder)
    {
        string tar = Path.Combine(engine.Scratch(Guid.NewGuid().ToString("n")), "image.tar");
        await File.WriteAllBytesAsync(tar, new TestImage().WithBusybox().DockerArchive("x:y"));
        await registry.PushAsync($"docker-archive:{tar}", "an/image:1", "--format=oci");
        return await folder.RunAsync($"-f oci://{registry.Address}/an/image:1 config");
    }
}

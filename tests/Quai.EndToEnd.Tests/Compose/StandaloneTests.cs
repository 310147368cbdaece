namespace Quai.EndToEnd.Tests.Compose;

/// <summary><c>quai</c> called as <c>docker-compose</c> and as <c>docker</c>.</summary>
public sealed class StandaloneTests(QuaidInstance engine) : IClassFixture<QuaidInstance>
{
    [QuaidFact]
    public async Task A_link_is_all_that_is_needed()
    {
        await using ComposeFolder folder = new(engine, "services: {a: {image: BASE, command: SLEEPS}}");
        string links = Path.Combine(folder.Folder, "bin"), program = Path.Combine(TestEnvironment.BinDirectory, "quai");
        Directory.CreateDirectory(links);
        File.CreateSymbolicLink(Path.Combine(links, "docker-compose"), program);
        File.CreateSymbolicLink(Path.Combine(links, "docker"), program);
        string up = $"cd {folder.Folder} && PATH={links}:$PATH COMPOSE_PROJECT_NAME={folder.Project} docker-compose";
        (await folder.Client.ShellAsync($"{up} up -d")).Succeeded();
        Assert.Equal("a", (await folder.Client.ShellAsync($"unset DOCKER_HOST QUAI_HOST; {up} --host {engine.Host} -f compose.yaml ps --services")).Text);
        Assert.Contains(folder.Project, (await folder.Client.ShellAsync($"PATH={links}:$PATH docker ps --format '{{{{.Names}}}}'")).Text, StringComparison.Ordinal);
        Assert.Contains("compose", (await folder.Client.ShellAsync($"{up} --help")).Text, StringComparison.Ordinal);
        CommandResult unknown = await folder.Client.ShellAsync($"{up} no-such-command");
        Assert.Equal((1, "quai: unknown command: quai compose no-such-command"), (unknown.ExitCode, unknown.Stderr.Split('\n')[0]));
    }
}

namespace Quai.EndToEnd.Tests.Compose;

/// <summary>What <c>compose build</c> takes for the builds of services.</summary>
public sealed class BuildOptionTests(QuaidInstance engine) : IClassFixture<QuaidInstance>
{
    private const string File = """
        services:
          a:
            build: .
          b:
            build: {context: ., provenance: mode=max, sbom: true}
        """;

    [QuaidFact]
    public async Task Agents_and_attestations_are_those_of_the_files_and_of_the_command()
    {
        await using var folder = new ComposeFolder(engine, File);
        folder.Write("Dockerfile", "FROM BASE\nRUN --mount=type=ssh,required test -S \"$SSH_AUTH_SOCK\" && echo ok > /ok\n");
        await folder.Client.ShellAsync($"ssh-keygen -q -t ed25519 -N '' -f {folder.Folder}/key");
        CommandResult without = await folder.RunAsync("build");
        Assert.NotEqual(0, without.ExitCode);
        Assert.Contains("no SSH key \"default\" forwarded from the client", without.Stderr, StringComparison.Ordinal);
        (await folder.RunAsync($"build --ssh default={folder.Folder}/key")).Succeeded();

        // One with attestations has an index of its own.
        Assert.Equal("[]", await engine.Docker.OkAsync($"image inspect -f '{{{{.RepoDigests}}}}' {folder.Project}-a"));
        Assert.Contains("sha256:", await engine.Docker.OkAsync($"image inspect -f '{{{{.RepoDigests}}}}' {folder.Project}-b"), StringComparison.Ordinal);
        (await folder.RunAsync($"build --ssh default={folder.Folder}/key --provenance true a")).Succeeded();
        Assert.Contains("sha256:", await engine.Docker.OkAsync($"image inspect -f '{{{{.RepoDigests}}}}' {folder.Project}-a"), StringComparison.Ordinal);
        CommandResult wrong = await folder.RunAsync("build --provenance sauce a");
        Assert.NotEqual(0, wrong.ExitCode);
        Assert.Contains("invalid provenance \"sauce\"", wrong.Stderr, StringComparison.Ordinal);
    }

    [QuaidFact]
    public async Task Files_are_lookedinstead_of_built()
    {
        await using var folder = new ComposeFolder(engine, File);
        folder.Write("Dockerfile", "FROM BASE\nMAINTAINER x\n");
        CommandResult looked = await folder.RunAsync("build --check");
        Assert.Equal(1, looked.ExitCode);
        Assert.Contains("WARNING: MaintainerDeprecated", looked.Stdout, StringComparison.Ordinal);
        Assert.Equal(1, (await engine.Docker.RunAsync($"image inspect {folder.Project}-a")).ExitCode);
    }
}

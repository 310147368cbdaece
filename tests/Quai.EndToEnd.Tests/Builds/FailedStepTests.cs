namespace Quai.EndToEnd.Tests.Builds;

/// <summary>A shell among the files of a step that failed.</summary>
public sealed class FailedStepTests(QuaidInstance engine) : IClassFixture<QuaidInstance>
{
    private readonly DockerClient _quai = new(engine.Host, Path.Combine(engine.Root, "quai-config"), Path.Combine(TestEnvironment.BinDirectory, "quai"));

    [QuaidFact]
    public async Task Its_files_can_be_looked_at_and_are_gone_afterwards()
    {
        string secrets = engine.Scratch(engine.Name("secrets"));
        await File.WriteAllTextAsync($"{secrets}/tok", "s3cr3t");
        BuildFolder folder = new BuildFolder(engine).Write("a", "of the context").Dockerfile("""
            FROM BASE
            ENV V=5
            WORKDIR /w
            COPY a /a
            USER 12:34
            RUN --mount=type=secret,id=tok,uid=12 --mount=type=bind,target=/b --mount=type=cache,target=/c,uid=12 echo half > /tmp/half; exit 3
            """);
        await LookAsync();
        Traces before = await Traces.ReadAsync(engine);
        await LookAsync();
        await Traces.AssertNoneNewAsync(engine, before);

        async Task LookAsync()
        {
            CommandResult result = await _quai.RunAsync(
                $"build --on-error shell --secret id=tok,src={secrets}/tok {folder.Folder}",
                "cat /tmp/half /a /b/a /run/secrets/tok; echo $V; pwd; id -u; echo x > /tmp/x; cat /tmp/x; exit 9\n"u8.ToArray());
            result.ExpectFailure(1, "exit code: 3");
            Assert.Equal("half\nof the contextof the contexts3cr3t5\n/w\n12\nx\n", result.Stdout);
            Assert.Contains("/bin/sh in the files that the step has left", result.Stderr, StringComparison.Ordinal);
            await folder.Client.OkAsync("buildx prune -af");
            await folder.Client.RunAsync("buildx history rm --all");
        }
    }

    [QuaidFact]
    public async Task A_build_that_succeeds_opens_none()
    {
        BuildFolder folder = new BuildFolder(engine).Dockerfile("FROM BASE\nRUN true\n");
        CommandResult result = await _quai.RunAsync($"build --on-error shell {folder.Folder}", "echo never\n"u8.ToArray());
        Assert.DoesNotContain("never", result.Succeeded(), StringComparison.Ordinal);
    }

    [QuaidFact]
    public async Task Nothing_but_a_shell_can_be_asked_for()
    {
        BuildFolder folder = new BuildFolder(engine).Dockerfile("FROM BASE\n");
        (await _quai.RunAsync($"build --on-error nothing {folder.Folder}")).ExpectFailure(1, "shell is all that there is");
    }
}

namespace Quai.EndToEnd.Tests.Builds;

/// <summary>Which sources builds may have, as a file of the client's says it.</summary>
public sealed class SourcePolicyTests(QuaidInstance engine) : IClassFixture<QuaidInstance>
{
    [Theory]
    [InlineData("""{"rules":[{"action":"DENY","selector":{"identifier":"docker-image://*"}}]}""", "denied by policy")]
    [InlineData("""{"rules":[{"action":"CONVERT","selector":{"identifier":"docker-image://docker.io/library/stands-for:*"},"updates":{"identifier":"docker-image://docker.io/library/BASE"}}]}""", null)]
    [InlineData("""{"rules":[{"action":"CONVERT","selector":{"identifier":"docker-image://*"}}]}""", "missing destination")]
    [InlineData("nothing", "failed to parse source policy")]
    public async Task Sources_are_refused_and_replaced(string policy, string? refused)
    {
        BuildFolder folder = new BuildFolder(engine).Dockerfile("FROM stands-for:latest\nRUN true\n");
        string file = Path.Combine(engine.Scratch("policies"), engine.Name("policy"));
        await File.WriteAllTextAsync(file, policy.Replace("BASE", BusyboxImage.Name, StringComparison.Ordinal));
        foreach (DockerClient client in Clients(folder).Select(c => c.With("EXPERIMENTAL_BUILDKIT_SOURCE_POLICY", file)))
        {
            CommandResult result = await client.RunAsync($"buildx build --progress plain {folder.Folder}");
            if (refused is null)
            {
                result.Succeeded();
            }
            else
            {
                result.ExpectFailure(1, refused);
            }
        }
    }

    private IEnumerable<DockerClient> Clients(BuildFolder folder) =>
        TestEnvironment.ForeignEngine is not null ? [folder.Client] : [folder.Client, new DockerClient(engine.Host, Path.Combine(engine.Root, "quai-config"), Path.Combine(TestEnvironment.BinDirectory, "quai"))];
}

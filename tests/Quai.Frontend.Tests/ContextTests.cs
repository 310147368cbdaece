using System.Text;
using Quai.Build.Frontends;
using Quai.Build.Jobs;
using Quai.BuildProtocol.Llb;
using Xunit;

namespace Quai.Frontend.Tests;

/// <summary>Where the Dockerfile and the context come from.</summary>
public sealed class ContextTests
{
    private const string Copying = "FROM scratch\nCOPY a /";

    [Fact]
    public async Task The_clients_directories_are_asked_for_what_is_wanted_alone()
    {
        FakeHost host = Frontends.Host("FROM scratch\nENV a=1");
        await Frontends.RunAsync(host);
        string read = GraphText.Write(host.Solved[0]);
        Assert.Contains("#0 [internal] load build definition from Dockerfile\n  local://dockerfile\n  local.followpaths = [\"Dockerfile\",\"Dockerfile.dockerignore\",\"dockerfile\"]\n  local.session = session\n", read, StringComparison.Ordinal);

        // Neither the context nor its .dockerignore.
        Assert.Equal(2, host.Solved.Count);
        Assert.Empty(host.Solved[1].Def);
    }

    [Fact]
    public async Task The_files_own_dockerignore_comes_first()
    {
        FakeHost host = Frontends.Host(Copying, (".dockerignore", "x"), ("Dockerfile.dockerignore", "# own\ny\n"));
        string graph = GraphText.Write((await Frontends.RunAsync(host)).Ref!.Definition);
        Assert.Contains("local.excludepatterns = [\"y\"]", graph, StringComparison.Ordinal);
        Assert.DoesNotContain(host.Solved, d => GraphText.Write(d).Contains("load .dockerignore", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_file_in_lower_case_is_found()
    {
        FakeHost host = Frontends.Host("");
        host.Files.Remove("Dockerfile");
        host.Files["dockerfile"] = Copying;
        Assert.NotNull((await Frontends.RunAsync(host)).Ref);
    }

    [Fact]
    public async Task A_repository_has_both()
    {
        FakeHost host = Frontends.Host(Copying);
        string graph = GraphText.Write((await Frontends.RunAsync(host, ("context", "https://github.com/x/y.git#main:sub"))).Ref!.Definition);
        Assert.Contains("git://github.com/x/y.git#main:sub", graph, StringComparison.Ordinal);
        Assert.Contains("git://github.com/x/y.git#main:sub", GraphText.Write(host.Solved[0]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_archive_from_the_client_is_unpacked()
    {
        FakeHost host = Frontends.Host(Copying, ("context", "BZh9"));
        string graph = GraphText.Write((await Frontends.RunAsync(host, ("context", "http://buildkit-session/id"))).Ref!.Definition);
        Assert.Contains("http://buildkit-session/id", graph, StringComparison.Ordinal);
        Assert.Contains("\"attemptUnpackDockerCompatibility\": true", graph, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_behind_an_address_is_the_Dockerfile()
    {
        FakeHost host = Frontends.Host("", ("context", Copying));
        Assert.Contains("https://example.com/Dockerfile", GraphText.Write((await Frontends.RunAsync(host, ("context", "https://example.com/Dockerfile"))).Ref!.Definition), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_graph_that_is_given_stands_for_an_image()
    {
        SolveResult first = await Frontends.RunAsync(Frontends.Host("FROM busybox\nENV FIRST=1\nRUN first"));
        string config = Convert.ToBase64String(first.Metadata["containerimage.config"]);
        Dictionary<string, string> attributes = new() { ["context:base"] = "input:0-base", ["input-metadata:0-base"] = $"{{\"containerimage.config\":\"{config}\"}}" };
        var request = new FrontendRequest(attributes, new Dictionary<string, Definition> { ["0-base"] = first.Ref!.Definition });
        SolveResult second = await new DockerfileFrontend().RunAsync(request, Frontends.Host("FROM base\nRUN echo $FIRST"), CancellationToken.None);
        string graph = GraphText.Write(second.Ref!.Definition);
        Assert.Contains("RUN first", graph, StringComparison.Ordinal);
        Assert.Contains("\"FIRST=1\"", graph, StringComparison.Ordinal);
        Assert.Equal(first.Ref.Definition.Def.Take(2).Select(d => Encoding.Latin1.GetString(d.Span)), second.Ref.Definition.Def.Take(2).Select(d => Encoding.Latin1.GetString(d.Span)));
    }

    [Fact]
    public async Task An_epoch_is_when_all_was_made_but_for_files_that_are_copied()
    {
        SolveResult result = await Frontends.RunAsync(Frontends.Host(Copying), ("build-arg:SOURCE_DATE_EPOCH", "60"));
        Assert.DoesNotContain("\"timestamp\": \"60000000000\"", GraphText.Write(result.Ref!.Definition), StringComparison.Ordinal);
        result = await Frontends.RunAsync(Frontends.Host("FROM scratch\nWORKDIR /made\n"), ("build-arg:SOURCE_DATE_EPOCH", "60"));
        Assert.Contains("\"timestamp\": \"60000000000\"", GraphText.Write(result.Ref!.Definition), StringComparison.Ordinal);
        Assert.Equal("1970-01-01T00:01:00+00:00", Frontends.Config(result).GetProperty("created").GetString());
    }
}

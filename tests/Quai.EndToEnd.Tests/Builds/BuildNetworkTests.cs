namespace Quai.EndToEnd.Tests.Builds;

/// <summary>Builds whose steps are connected to a network of the engine's.</summary>
public sealed class BuildNetworkTests(QuaidInstance engine) : IClassFixture<QuaidInstance>
{
    private const string Asks = "FROM BASE\nRUN nc told 7777 </dev/null > /got\nRUN --network=none ! nslookup told\n";

    private readonly DockerClient _quai = new(engine.Host, Path.Combine(engine.Root, "quai-config"), Path.Combine(TestEnvironment.BinDirectory, "quai"));

    [Fact]
    public async Task Steps_find_containers_by_name()
    {
        string network = await ServeAsync("classic");
        BuildFolder folder = new BuildFolder(engine).Dockerfile(Asks.Replace("RUN --network=none ! nslookup told\n", "", StringComparison.Ordinal));
        string name = engine.Name("networked");
        (await engine.Docker.RunAsync($"build -t {name} --network {network} {folder.Folder}")).Succeeded();
        Assert.Equal("classic", await engine.Docker.OkAsync($"run --rm {name} cat /got"));
        await engine.Docker.RunAsync($"rmi -f {name}");
    }

    [QuaidFact]
    public async Task Quai_connects_them_too_and_gives_the_address_back()
    {
        string network = await ServeAsync("quai");
        BuildFolder folder = new BuildFolder(engine).Dockerfile(Asks);
        string name = engine.Name("networked");
        (await _quai.RunAsync($"build -t {name} --network {network} {folder.Folder}")).Succeeded();
        Assert.Equal("quai", await engine.Docker.OkAsync($"run --rm {name} cat /got"));
        Assert.Equal("1", await engine.Docker.OkAsync($"network inspect -f '{{{{len .Containers}}}}' {network}"));
    }

    [Fact]
    public async Task A_file_does_not_get_a_network_that_its_builder_refuses()
    {
        BuildFolder folder = new BuildFolder(engine).Dockerfile("FROM BASE\nRUN --network=default ip -o link | wc -l > /links\n");
        (string id, _) = await folder.BuildAsync("--network none");
        Assert.Equal("1", await folder.InAsync(id, "cat /links"));
    }

    [QuaidTheory]
    [InlineData("nothing", "network nothing not found")]
    [InlineData("container:x", "the steps of a build cannot share a container's network")]
    public async Task A_network_that_cannot_be_is_refused(string network, string why)
    {
        BuildFolder folder = new BuildFolder(engine).Dockerfile(Asks);
        Assert.Contains(why, (await _quai.RunAsync($"build --network {network} {folder.Folder}")).Stderr, StringComparison.Ordinal);
    }

    /// <summary>Makes a network with a container that says something to who connects.</summary>
    private async Task<string> ServeAsync(string text)
    {
        string network = engine.Name("net"), name = engine.Name("told");
        await engine.Docker.OkAsync($"network create --subnet {engine.Subnet()}.0/24 {network}");
        await engine.Docker.OkAsync($"run -d --name {name} --network {network} --network-alias told {BusyboxImage.Name} sh -c 'while true; do echo {text} | nc -l -p 7777; done'");
        return network;
    }
}

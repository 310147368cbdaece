using System.Globalization;

namespace Quai.EndToEnd.Tests.Filters;

/// <summary>Filters of lists and events: one value, two, and those that only tell something apart with more than one of them.</summary>
public sealed class FilterTests(QuaidInstance engine) : IClassFixture<QuaidInstance>
{
    private const string Image = BusyboxImage.Name;
    private readonly DockerClient _docker = engine.Docker;

    [Theory]
    [InlineData("-f label=P=1", "a b")]
    [InlineData("-f label=P=1 -f label=Q=2", "b")]
    [InlineData("-f label=Q=2 -f label=P=1", "b")]
    [InlineData("-f label=P -f label=Q", "b")]
    [InlineData("-f label=P=1 -f label=P=2", "")]
    [InlineData("-f label=P=1 -f event=create -f event=start", "a b")]
    public async Task Events_are_those_with_all_labels(string filters, string expected)
    {
        string first = engine.Name("a"), second = engine.Name("b"), third = engine.Name("c"), label = engine.Name("l");
        string since = (DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() / 1000.0).ToString(CultureInfo.InvariantCulture);
        await _docker.OkAsync($"create --name {first} --label {label}p=1 {Image}");
        await _docker.OkAsync($"create --name {second} --label {label}p=1 --label {label}q=2 {Image}");
        await _docker.OkAsync($"create --name {third} --label {label}q=2 {Image}");
        string until = (DateTimeOffset.UtcNow.AddSeconds(1).ToUnixTimeMilliseconds() / 1000.0).ToString(CultureInfo.InvariantCulture);
        string own = filters.Replace("=P", $"={label}p", StringComparison.Ordinal).Replace("=Q", $"={label}q", StringComparison.Ordinal);
        string names = await _docker.OkAsync($"events --since {since} --until {until} {own} --format {{{{.Actor.Attributes.name}}}}");
        Assert.Equal(
            expected.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(n => n == "a" ? first : second).Order(),
            names.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order());
    }

    [Theory]
    [InlineData("volume ls", "dangling=true", "dangling=false")]
    [InlineData("volume ls", "dangling=x", "")]
    [InlineData("network ls", "dangling=true", "dangling=false")]
    [InlineData("network ls", "dangling=x", "")]
    [InlineData("images", "dangling=x", "")]
    [InlineData("ps", "is-task=true", "is-task=false")]
    [InlineData("ps", "status=nonsense", "")]
    [InlineData("ps", "health=nonsense", "")]
    [InlineData("ps", "publish=x", "")]
    [InlineData("images", "reference=[", "")]
    public async Task A_filter_that_means_nothing_is_refused(string list, string one, string other) =>
        (await _docker.RunAsync($"{list} -f {one} {(other.Length > 0 ? "-f " + other : "")}")).Expect(1, "");

    [Fact]
    public async Task Names_of_volumes_and_networks_are_patterns()
    {
        string name = engine.Name("v");
        await _docker.OkAsync($"volume create {name}");
        Assert.Equal(name, await _docker.OkAsync($"volume ls -q -f name=^{name}$"));
        Assert.Equal(name, await _docker.OkAsync($"volume ls -q -f name={name[..^2]}.*{name[^1]}"));
        Assert.Equal("none", await _docker.OkAsync("network ls -f name=^non.$ --format {{.Name}}"));
        await _docker.OkAsync($"volume rm {name}");
    }

    [Fact]
    public async Task Publish_means_the_hosts_port_and_expose_the_containers()
    {
        string name = engine.Name(), created = engine.Name();
        await _docker.OkAsync($"run -d --name {name} --expose 4711 -p 127.0.0.1::4712 {Image} sleep 1000");
        await _docker.OkAsync($"create --name {created} --expose 4711 {Image}");
        string port = (await _docker.OkAsync($"port {name} 4712")).Split(':')[1];
        async Task<string> Listed(string filter) => await _docker.OkAsync($"ps -a -f name={name} -f name={created} -f {filter} --format {{{{.Names}}}}");
        Assert.Equal(name, await Listed("expose=4711"));
        Assert.Equal(name, await Listed("expose=4700-4711/tcp"));
        Assert.Equal("", await Listed("expose=4711/udp"));
        Assert.Equal(name, await Listed($"publish={port}"));
        Assert.Equal("", await Listed("publish=4712"));
    }
}

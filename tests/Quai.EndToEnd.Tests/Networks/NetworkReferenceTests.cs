namespace Quai.EndToEnd.Tests.Networks;

/// <summary>A network by any of its names; ports that are given where there are none; a start that fails.</summary>
public sealed class NetworkReferenceTests(QuaidInstance engine) : IClassFixture<QuaidInstance>
{
    private const string Image = BusyboxImage.Name;
    private readonly DockerClient _docker = engine.Docker;

    [Theory]
    [InlineData("")]
    [InlineData("--network default")]
    [InlineData("--network bridge")]
    [InlineData("--network ID")]
    [InlineData("--network SHORT")]
    public async Task A_hardware_address_is_the_one_asked_for(string network)
    {
        string id = await _docker.OkAsync("network inspect bridge -f {{.Id}}"), name = engine.Name();
        string option = network.Replace("ID", id, StringComparison.Ordinal).Replace("SHORT", id[..12], StringComparison.Ordinal);
        await _docker.OkAsync($"create --name {name} --mac-address 02:42:ac:11:00:77 {option} {Image} cat /sys/class/net/eth0/address");
        Assert.Equal("02:42:ac:11:00:77", await _docker.InspectAsync(name, "{{.Config.MacAddress}}"));
        Assert.Equal("02:42:ac:11:00:77", await _docker.OkAsync($"start -a {name}"));
    }

    [Theory]
    [InlineData("--expose 80", "port exposing and the container type network mode")]
    [InlineData("-p 80", "port publishing and the container type network mode")]
    [InlineData("-P", "port publishing and the container type network mode")]
    public async Task Ports_are_not_taken_with_another_containers_network(string option, string message)
    {
        string other = engine.Name();
        await _docker.OkAsync($"create --name {other} {Image}");
        (await _docker.RunAsync($"create --network container:{other} {option} {Image}")).ExpectFailure(1, message);
    }

    [Theory]
    [InlineData("-d")]
    [InlineData("")]
    [InlineData("-d --rm")]
    public async Task A_start_that_fails_is_told_once(string options)
    {
        CommandResult result = (await _docker.RunAsync($"run {options} --name {engine.Name()} {Image} /no/such/program")).Expect(127);
        Assert.Equal(2, result.Stderr.Split("/no/such/program: no such file").Length);
        Assert.DoesNotContain("Error waiting for container", result.Stderr, StringComparison.Ordinal);
    }
}

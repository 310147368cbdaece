namespace Quai.EndToEnd.Tests.Networks;

/// <summary><c>--link</c>, on the default bridge and on networks that were made.</summary>
public sealed class LinkTests(QuaidInstance engine) : IClassFixture<QuaidInstance>
{
    private readonly DockerClient _docker = engine.Docker;
    private readonly UserNetworks _networks = new(engine);

    [Fact]
    public async Task On_the_default_bridge_a_link_is_lines_and_variables()
    {
        string target = await _networks.RunAsync("bridge", "--expose 8080 --expose 53/udp --expose 53 -e COLOUR=blue"), address = await _networks.AddressAsync(target, "bridge");
        string id = (await _docker.InspectAsync(target, "{{.Id}}"))[..12], name = await _networks.RunAsync("bridge", $"--link {target}:the-db --link {target} -e THE_DB_ENV_COLOUR=mine");
        string hosts = await _docker.OkAsync($"exec {name} cat /etc/hosts");
        Assert.Contains($"\n{address}\tthe-db {id} {target}\n", hosts, StringComparison.Ordinal);
        Assert.Contains($"\n{address}\t{target} {id}\n", hosts, StringComparison.Ordinal);
        string[] variables = (await _docker.OkAsync($"exec {name} sh -c 'tr \"\\0\" \"\\n\" </proc/1/environ'")).Split('\n');
        Assert.Equal(
            [
                "THE_DB_ENV_COLOUR=mine", $"THE_DB_NAME=/{name}/the-db", $"THE_DB_PORT=tcp://{address}:53", $"THE_DB_PORT_53_TCP=tcp://{address}:53", $"THE_DB_PORT_53_TCP_ADDR={address}",
                "THE_DB_PORT_53_TCP_PORT=53", "THE_DB_PORT_53_TCP_PROTO=tcp", $"THE_DB_PORT_53_UDP=udp://{address}:53", $"THE_DB_PORT_53_UDP_ADDR={address}", "THE_DB_PORT_53_UDP_PORT=53",
                "THE_DB_PORT_53_UDP_PROTO=udp", $"THE_DB_PORT_8080_TCP=tcp://{address}:8080", $"THE_DB_PORT_8080_TCP_ADDR={address}", "THE_DB_PORT_8080_TCP_PORT=8080", "THE_DB_PORT_8080_TCP_PROTO=tcp",
            ],
            variables.Where(v => v.StartsWith("THE_DB_", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        Assert.Contains("THE_DB_NAME=", await _docker.OkAsync($"exec {name} sh -c 'set'"), StringComparison.Ordinal);
        Assert.Equal($"[\"/{target}:/{name}/the-db\",\"/{target}:/{name}/{target}\"]", Sorted(await _docker.InspectAsync(name, "{{json .HostConfig.Links}}")));
        Assert.Contains($"{name}/the-db", await _docker.OkAsync($"ps --no-trunc --filter id={id} --format '{{{{.Names}}}}'"), StringComparison.Ordinal);

        // It is the container that is meant, not its name.
        string other = engine.Name();
        await _docker.OkAsync($"rename {target} {other}");
        Assert.Contains($"/{other}:/{name}/the-db", await _docker.InspectAsync(name, "{{json .HostConfig.Links}}"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_linked_container_that_comes_back_with_another_address_is_found_there()
    {
        string target = await _networks.RunAsync("bridge"), name = await _networks.RunAsync("bridge", $"--link {target}:db");
        await _docker.OkAsync($"stop -t 0 {target}");
        string taker = await _networks.RunAsync("bridge"), second = await _networks.RunAsync("bridge");
        await _docker.OkAsync($"start {target}");
        string address = await _networks.AddressAsync(target, "bridge");
        await Eventually.HoldsAsync(async () => await _docker.OkAsync($"exec {name} cat /etc/hosts") is var hosts && hosts.Contains($"\n{address}\tdb ", StringComparison.Ordinal) ? null : hosts);
        Assert.DoesNotContain(await _networks.AddressAsync(taker, "bridge") + "\tdb", await _docker.OkAsync($"exec {name} cat /etc/hosts"), StringComparison.Ordinal);
        await _docker.OkAsync($"rm -f {taker} {second}");
    }

    [Fact]
    public async Task A_link_is_removed_by_its_name()
    {
        string target = await _networks.RunAsync("bridge"), name = await _networks.RunAsync("bridge", $"--link {target}:db --link {target}:other");
        Assert.Contains("\tdb ", await _docker.OkAsync($"exec {name} cat /etc/hosts"), StringComparison.Ordinal);
        Assert.Equal($"{name}/db", (await _docker.OkAsync($"rm --link {name}/db")).Trim());
        string hosts = await _docker.OkAsync($"exec {name} cat /etc/hosts");
        Assert.DoesNotContain("\tdb ", hosts, StringComparison.Ordinal);
        Assert.Contains("\tother ", hosts, StringComparison.Ordinal);
        Assert.Equal($"[\"/{target}:/{name}/other\"]", (await _docker.InspectAsync(name, "{{json .HostConfig.Links}}")).Trim());
        Assert.Equal("running", (await _docker.InspectAsync(target, "{{.State.Status}}")).Trim());
        (await _docker.RunAsync($"rm --link {name}/db")).ExpectFailure(1, $"No such container: {name}/db");
        (await _docker.RunAsync($"rm --link {name}")).ExpectFailure(1, "cannot remove the default link name of the container");
    }

    [Fact]
    public async Task What_cannot_be_linked_to_is_refused()
    {
        (await _docker.RunAsync($"run --rm --link nobody:db {BusyboxImage.Name} true")).ExpectFailure(125, "could not get container for nobody: No such container: nobody");
        string target = await _networks.RunAsync("bridge"), name = engine.Name();
        await _docker.OkAsync($"create --name {name} --link {target}:db {BusyboxImage.Name} true");
        await _docker.OkAsync($"stop -t 0 {target}");
        (await _docker.RunAsync($"start {name}")).ExpectFailure(1, $"Cannot link to a non running container: /{target} AS /{name}/db");
        (await _docker.RunAsync($"run --rm --network host --link {target}:db {BusyboxImage.Name} true")).ExpectFailure(125, "host type networking can't be used with links");
    }

    [Fact]
    public async Task On_a_network_that_was_made_a_link_is_an_alias_that_nobody_else_knows()
    {
        string network = await _networks.CreateAsync(), target = await _networks.RunAsync(network), address = await _networks.AddressAsync(target, network);
        string name = await _networks.RunAsync(network, $"--link {target}:db"), other = await _networks.RunAsync(network);
        Assert.Contains(address, await _docker.OkAsync($"exec {name} nslookup -type=a db"), StringComparison.Ordinal);
        Assert.DoesNotContain(address, (await _docker.RunAsync($"exec {other} nslookup -type=a db")).Stdout, StringComparison.Ordinal);
        Assert.Equal($"null [\"{target}:db\"]", await _docker.InspectAsync(name, $"{{{{json .HostConfig.Links}}}} {{{{json (index .NetworkSettings.Networks \"{network}\").Links}}}}"));
        await _docker.OkAsync($"network disconnect {network} {other}");
        await _docker.OkAsync($"network connect --link {target}:late {network} {other}");
        Assert.Contains(address, await _docker.OkAsync($"exec {other} nslookup -type=a late"), StringComparison.Ordinal);
    }

    private static string Sorted(string list) => "[" + string.Join(',', list.Trim('[', ']').Split(',').Order(StringComparer.Ordinal).Reverse()) + "]";
}

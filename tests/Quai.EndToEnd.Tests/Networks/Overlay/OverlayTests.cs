namespace Quai.EndToEnd.Tests.Networks.Overlay;

/// <summary>Networks of driver overlay without a cluster: two daemons, each on a host of its own.</summary>
public sealed class OverlayTests
{
    private const string Subnet = "10.99.7";

    [QuaidFact]
    public async Task Containers_of_two_hosts_reach_each_other_also_after_a_crash_and_a_removal_leaves_nothing()
    {
        (OverlayHost first, OverlayHost second) = await OverlayHost.MakePairAsync();
        await using OverlayHost one = first, other = second;
        string here = await one.Networks.CreateAsync(one.OptionsFor(other, Subnet)), there = await other.Networks.CreateAsync(other.OptionsFor(one, Subnet));
        string server = await one.Networks.ServeAsync(here, "-p 8080:80"), client = await other.Networks.RunAsync(there);
        string address = await one.Networks.AddressAsync(server, here);
        Assert.Equal(("10.99.7.64", "10.99.7.128"), (address, await other.Networks.AddressAsync(client, there)));
        Assert.True(await other.Networks.ReachesAsync(client, address));
        Assert.Equal("overlay local true 10.99.7.0/24", await one.Networks.InspectAsync(here, "{{.Driver}} {{.Scope}} {{.Internal}} {{(index .IPAM.Config 0).Subnet}}"));
        Assert.Equal("", await one.Docker.OkAsync($"port {server}"));

        await one.Engine.KillDaemonAsync();
        Assert.True(await other.Networks.ReachesAsync(client, address));
        await one.Engine.StartDaemonAsync();
        Assert.True(await other.Networks.ReachesAsync(client, address));

        // On another network, too, a container reaches the outside.
        await one.Docker.OkAsync($"network connect bridge {server}");
        Assert.Contains("default via", await one.Docker.OkAsync($"exec {server} ip route"), StringComparison.Ordinal);

        await one.Docker.OkAsync($"rm -f {server}");
        await one.Docker.OkAsync($"network rm {here}");
        string links = (await one.CommandAsync("ip", "-o", "link")).Succeeded();
        Assert.DoesNotContain("vx-", links, StringComparison.Ordinal);
        Assert.DoesNotContain("ov-", links, StringComparison.Ordinal);
    }

    [QuaidFact]
    public async Task What_passes_is_encrypted_with_a_key_that_is_shown_nowhere()
    {
        (OverlayHost first, OverlayHost second) = await OverlayHost.MakePairAsync();
        await using OverlayHost one = first, other = second;
        string digits = string.Concat(Enumerable.Repeat("5eed", 16)), key = Path.Combine(one.Engine.Scratch("keys"), "key");
        await File.WriteAllTextAsync(key, digits);
        File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.UserWrite);
        string options = $" -o encrypted -o quai.overlay.key={key}";
        (await one.Docker.RunAsync($"network create {one.OptionsFor(other, Subnet)}{options} {one.Engine.Name("net")}"))
            .ExpectFailure(1, $"key file {key} (mode 0640, owner 0) can be read or changed by others: give it to root and chmod 0600 it");
        File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.UserWrite);

        string here = one.Engine.Name("net");
        CommandResult made = await one.Docker.RunAsync($"network create {one.OptionsFor(other, Subnet)}{options} {here}");
        if (!await one.CanEncryptAsync())
        {
            // A kernel that cannot: one sentence, and nothing is left.
            made.ExpectFailure(1, "this host's kernel ");
            Assert.DoesNotContain("vx-", (await one.CommandAsync("ip", "-o", "link")).Succeeded(), StringComparison.Ordinal);
            Assert.DoesNotContain("overlay", await one.Docker.OkAsync("network ls --format {{.Driver}}"), StringComparison.Ordinal);
            return;
        }

        made.Expect();
        string there = await other.Networks.CreateAsync(other.OptionsFor(one, Subnet) + options);
        string server = await one.Networks.ServeAsync(here), client = await other.Networks.RunAsync(there), address = await one.Networks.AddressAsync(server, here);
        Assert.True(await other.Networks.ReachesAsync(client, address));
        Assert.Contains("rfc4106(gcm(aes))", (await one.CommandAsync("ip", "xfrm", "state")).Succeeded(), StringComparison.Ordinal);
        Assert.DoesNotContain(digits, await one.Docker.OkAsync($"network inspect {here}"), StringComparison.Ordinal);
        Assert.NotEqual(0, (await RunningCommand.RunAsync("grep", ["-rqa", digits, $"{one.Engine.Root}/data", $"{one.Engine.Root}/exec", $"{one.Engine.Root}/quaid.log"])).ExitCode);

        await one.Engine.KillDaemonAsync();
        await one.Engine.StartDaemonAsync();
        Assert.True(await other.Networks.ReachesAsync(client, address));

        // Without the states nothing passes, in the clear neither.
        (await one.CommandAsync("ip", "xfrm", "state", "flush")).Expect();
        Assert.False(await other.Networks.ReachesAsync(client, address));
        await one.Docker.OkAsync($"rm -f {server}");
        await one.Docker.OkAsync($"network rm {here}");
        Assert.Equal("", (await one.CommandAsync("ip", "xfrm", "policy")).Succeeded());
    }

    [QuaidFact]
    public async Task What_cannot_be_had_is_refused_in_one_sentence()
    {
        (OverlayHost first, OverlayHost second) = await OverlayHost.MakePairAsync();
        await using OverlayHost one = first, other = second;
        string name = one.Engine.Name("net"), usual = one.OptionsFor(other, Subnet);
        await RefusedAsync(usual.Replace(" -o quai.overlay.peers=192.0.2.2", "", StringComparison.Ordinal), $"overlay network {name} needs -o quai.overlay.peers=ADDRESS,…: its other hosts, as this one is in no swarm that would tell");
        await RefusedAsync(usual.Replace("=192.0.2.1", "=192.0.2.9", StringComparison.Ordinal), "192.0.2.9 is not an address of this host: give one of its own with -o quai.overlay.local=…");
        await RefusedAsync(usual[..usual.IndexOf("--subnet", StringComparison.Ordinal)], $"overlay network {name} needs an IPv4 --subnet, the same on all of its hosts, and an --ip-range on each that is its own");
        await RefusedAsync(usual + " -o encrypted", "option encrypted needs a key that all of the network's hosts have: give -o quai.overlay.key=FILE");
        await RefusedAsync(usual + " --gateway 10.99.7.1", $"overlay network {name} has no gateway 10.99.7.1, as it leads nowhere but to its own containers: leave out --gateway");
        await RefusedAsync(usual + " --subnet 10.98.7.0/24", "overlay driver doesn't support multiple subnets");
        await RefusedAsync(usual + " --scope swarm", "This node is not a swarm manager. Use \"docker swarm init\" or \"docker swarm join\" to connect this node to swarm and try again.");
        string made = await one.Networks.CreateAsync(usual);
        await RefusedAsync(usual.Replace(Subnet, "10.99.8", StringComparison.Ordinal), $"number 4097 is that of network {made} already: choose another for {name}, on all of its hosts");

        async Task RefusedAsync(string options, string words) => (await one.Docker.RunAsync($"network create {options} {name}")).ExpectFailure(1, $"Error response from daemon: {words}\n");
    }
}

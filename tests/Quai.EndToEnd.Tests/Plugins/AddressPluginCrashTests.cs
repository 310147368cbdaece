namespace Quai.EndToEnd.Tests.Plugins;

/// <summary>Addresses of plugins over deaths of the daemon, and plugins that misbehave: Quai's own promises.</summary>
public sealed class AddressPluginCrashTests : IAsyncLifetime, IDisposable
{
    private const string Image = BusyboxImage.Name, Sleep = "sh -c 'while :; do sleep 1; done'";
    private readonly QuaidInstance _engine = new();
    private readonly AddressPlugin _plugin = new();

    private DockerClient Docker => _engine.Docker;

    /// <inheritdoc/>
    public Task InitializeAsync() => _engine.InitializeAsync();

    /// <inheritdoc/>
    public async Task DisposeAsync()
    {
        _plugin.Socket.Instead.Clear();
        await _engine.DisposeAsync();
    }

    /// <inheritdoc/>
    public void Dispose() => _plugin.Dispose();

    [QuaidFact]
    public async Task A_new_daemon_asks_again_if_the_plugin_wants_and_gives_back_what_nobody_needs()
    {
        _plugin.NeedsReplay = true;
        (string net, string subnet) = await CreateAsync();
        string kept = await RunAsync(net), ended = await RunAsync(net), pool = $"pool-{subnet}.0/24";
        string pid = await Docker.InspectAsync(ended, "{{.State.Pid}}");
        await _engine.KillDaemonAsync();
        (await RunningCommand.RunAsync("/bin/kill", ["-KILL", pid])).Expect();

        // It has forgotten everything.
        _plugin.Given.Clear();
        _plugin.TakeCalls();
        await _engine.StartDaemonAsync();
        await Eventually.HoldsAsync(() => string.Join(' ', _plugin.Given.Keys.Order(StringComparer.Ordinal)) is var given && given == $"{pool} {pool} {subnet}.11 {pool} {subnet}.12" ? null : given);
        Assert.Equal($"RequestPool AddressSpace=here Pool={subnet}.0/24", _plugin.TakeCalls()[0]);
        string next = await RunAsync(net);
        Assert.Equal($"{subnet}.14", await AddressAsync(next, net));
        await Docker.OkAsync($"rm -f {kept} {ended} {next}");
        await Docker.OkAsync($"network rm {net}");
        Assert.Empty(_plugin.Given);
    }

    [QuaidFact]
    public async Task What_was_asked_for_when_the_daemon_died_is_given_back()
    {
        // An address can be asked for where a subnet was, as in Docker.
        string net = _engine.Name("net"), subnet = _engine.Subnet();
        await Docker.OkAsync($"network create --ipam-driver {_plugin.Name} --subnet {subnet}.0/24 {net}");
        string name = _engine.Name(), pool = $"pool-{subnet}.0/24";
        await Docker.OkAsync($"create --name {name} --network {net} --ip {subnet}.44 {Image} true");
        _plugin.Socket.Instead["RequestAddress"] = null;
        Task<CommandResult> starting = Docker.RunAsync($"start {name}");
        await Eventually.HoldsAsync(() => _plugin.Socket.Calls.Contains($"RequestAddress PoolID={pool} Address={subnet}.44") ? null : "it was not called");

        // The plugin gave it, and the daemon never heard.
        _plugin.Given[$"{pool} {subnet}.44"] = true;
        await _engine.KillDaemonAsync();
        await starting;
        _plugin.Socket.Instead.Clear();
        await _engine.StartDaemonAsync();
        await Eventually.HoldsAsync(() => !_plugin.Given.ContainsKey($"{pool} {subnet}.44") ? null : "it was not given back");
        await Docker.OkAsync($"start -a {name}");
        await Docker.OkAsync($"rm {name}");
        await Docker.OkAsync($"network rm {net}");
        Assert.Empty(_plugin.Given);
    }

    [QuaidFact]
    public async Task A_plugin_that_hangs_keeps_nobody_else_waiting()
    {
        string hanging = _engine.Name("net"), other = _engine.Name("net");
        _plugin.Subnets.Enqueue($"{_engine.Subnet()}.0/24");
        _plugin.Socket.Instead["RequestPool"] = null;
        Task<CommandResult> creating = Docker.RunAsync($"network create --ipam-driver {_plugin.Name} {hanging}");
        await Eventually.HoldsAsync(() => _plugin.Socket.Calls.Any(c => c.StartsWith("RequestPool", StringComparison.Ordinal)) ? null : "it was not called");
        await Docker.OkAsync($"network create {other}");
        await Docker.OkAsync($"run --rm --network {other} {Image} true");
        await Docker.OkAsync($"network rm {other}");
        Assert.False(creating.IsCompleted);
        _plugin.Socket.Stop();
        (await creating).ExpectFailure(1, $"plugin \"{_plugin.Name}\" gave no answer to IpamDriver.RequestPool that is HTTP");
        Assert.DoesNotContain(hanging, await Docker.OkAsync("network ls"), StringComparison.Ordinal);
        _plugin.Socket.Start();
    }

    [QuaidTheory]
    [InlineData("RequestPool", "rubbish", "something that is not the JSON of its protocol")]
    [InlineData("RequestPool", "{}", "without a pool and its id")]
    [InlineData("RequestPool", """{"PoolID":"x","Pool":"hello"}""", "\"hello\", which is no subnet of IPv4")]
    [InlineData("RequestPool", """{"PoolID":"x","Pool":"fd00::/64"}""", "\"fd00::/64\", which is no subnet of IPv4")]
    [InlineData("RequestPool", """{"PoolID":"x","Pool":"224.0.0.0/24"}""", "which is no subnet for hosts")]
    [InlineData("RequestPool", """{"PoolID":"x","Pool":"0.0.0.0/0"}""", "ipv4 pool is empty")]
    [InlineData("RequestAddress", "[]", "something that is not the JSON of its protocol")]
    [InlineData("RequestAddress", """{"Address":"1.2.3.4/24"}""", "1.2.3.4, which is not in")]
    [InlineData("RequestAddress", """{"Address":"fd00::1/64"}""", "fd00::1, which is not in")]
    public async Task Nonsense_is_refused_with_the_plugin_and_leaves_nothing(string method, string answer, string why)
    {
        string net = _engine.Name("net");
        _plugin.Subnets.Enqueue($"{_engine.Subnet()}.0/24");
        _plugin.Socket.Instead[method] = answer;
        (await Docker.RunAsync($"network create --ipam-driver {_plugin.Name} {net}")).ExpectFailure(1, $"\"{_plugin.Name}\"", why);
        Assert.DoesNotContain(net, await Docker.OkAsync("network ls"), StringComparison.Ordinal);
        Assert.Empty(_plugin.Given);
    }

    [QuaidFact]
    public async Task What_is_another_networks_or_endpoints_is_refused()
    {
        (string net, string subnet) = await CreateAsync();

        // It knows no other subnet.
        (await Docker.RunAsync($"network create --ipam-driver {_plugin.Name} {_engine.Name("net")}")).ExpectFailure(
            1, $"invalid pool request: Pool overlaps with other one on this address space: plugin \"{_plugin.Name}\" gave {subnet}.0/24, which another network has");
        string first = await RunAsync(net), second = _engine.Name();
        _plugin.Socket.Instead["RequestAddress"] = $$"""{"Address":"{{subnet}}.12/24"}""";
        (await Docker.RunAsync($"run --name {second} --network {net} {Image} true")).ExpectFailure(
            125, $"plugin \"{_plugin.Name}\" gave {subnet}.12 for an endpoint on network {net}, where it is somebody's already: another endpoint's, or the network's own");

        // The first one's, which has it yet.
        Assert.DoesNotContain(_plugin.TakeCalls(), c => c.StartsWith("ReleaseAddress", StringComparison.Ordinal));
        _plugin.Socket.Instead["RequestAddress"] = $$"""{"Address":"{{subnet}}.255/24"}""";
        (await Docker.RunAsync($"start {second}")).ExpectFailure(1, $"{subnet}.255, which is no host's in {subnet}.0/24");
        _plugin.Socket.Instead.Clear();
        await Docker.OkAsync($"start -a {second}");
        await Docker.OkAsync($"rm -f {first} {second}");
        await Docker.OkAsync($"network rm {net}");
    }

    [QuaidFact]
    public async Task A_plugin_that_is_gone_is_named_and_what_it_gave_is_given_back_when_it_is_there_again()
    {
        (string net, string subnet) = await CreateAsync();
        string name = await RunAsync(net);
        _plugin.Socket.Stop();

        // So the client takes a missing file for a missing command.
        (await Docker.RunAsync($"run --rm --network {net} {Image} true")).ExpectFailure(127, $"/run/docker/plugins/{_plugin.Name}.sock");
        await Docker.OkAsync($"rm -f {name}");
        await Docker.OkAsync($"network rm {net}");
        Assert.NotEmpty(_plugin.Given);
        _plugin.Socket.Start();
        await _engine.StopDaemonAsync();
        await _engine.StartDaemonAsync();
        await Eventually.HoldsAsync(() => _plugin.Given.IsEmpty ? null : string.Join(", ", _plugin.Given.Keys) + " were not given back");
    }

    private async Task<(string Network, string Subnet)> CreateAsync()
    {
        (string net, string subnet) = (_engine.Name("net"), _engine.Subnet());
        _plugin.Subnets.Enqueue($"{subnet}.0/24");
        await Docker.OkAsync($"network create --ipam-driver {_plugin.Name} {net}");
        return (net, subnet);
    }

    private async Task<string> RunAsync(string net)
    {
        string name = _engine.Name();
        await Docker.OkAsync($"run -d --name {name} --network {net} {Image} {Sleep}");
        return name;
    }

    private Task<string> AddressAsync(string name, string net) => Docker.InspectAsync(name, $"{{{{(index .NetworkSettings.Networks \"{net}\").IPAddress}}}}");
}

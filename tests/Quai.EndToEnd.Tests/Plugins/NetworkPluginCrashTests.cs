namespace Quai.EndToEnd.Tests.Plugins;

/// <summary>Networks of plugins over deaths of the daemon, and plugins that misbehave: Quai's own promises.</summary>
public sealed class NetworkPluginCrashTests : IAsyncLifetime, IDisposable
{
    private const string Image = BusyboxImage.Name, Sleep = "sh -c 'while :; do sleep 1; done'";
    private readonly QuaidInstance _engine = new();
    private readonly NetworkPlugin _plugin = new();

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
    public async Task Containers_keep_their_network_while_the_daemon_is_restarted()
    {
        (string net, string subnet) = await CreateAsync();
        string kept = await RunAsync(net), ended = await RunAsync(net), pid = await Docker.InspectAsync(ended, "{{.State.Pid}}");
        await _engine.KillDaemonAsync();
        (await RunningCommand.RunAsync("/bin/kill", ["-KILL", pid])).Expect();
        _plugin.TakeCalls();
        await _engine.StartDaemonAsync();
        await Eventually.HoldsAsync(() => _plugin.Made.Count == 3 ? null : $"{_plugin.Made.Count} are there");
        Assert.Equal(["RevokeExternalConnectivity", "Leave", "DeleteEndpoint"], _plugin.TakeCalls());
        string next = await RunAsync(net);
        await Docker.OkAsync($"exec {next} ping -c 1 -W 5 {kept}");
        Assert.Equal($"{subnet}.1", await Docker.InspectAsync(kept, $"{{{{(index .NetworkSettings.Networks \"{net}\").Gateway}}}}"));
        await Docker.OkAsync($"network disconnect {net} {kept}");
        Assert.DoesNotContain("eth0", await Docker.OkAsync($"exec {kept} ip link"), StringComparison.Ordinal);
        await Docker.OkAsync($"rm -f {kept} {ended} {next}");
        await Docker.OkAsync($"network rm {net}");
        Assert.Empty(_plugin.Made);
    }

    [QuaidTheory]
    [InlineData("CreateEndpoint", "DeleteEndpoint")]
    [InlineData("Join", "Leave DeleteEndpoint")]
    [InlineData("ProgramExternalConnectivity", "RevokeExternalConnectivity Leave DeleteEndpoint")]
    public async Task What_was_asked_for_when_the_daemon_died_is_undone(string method, string undone)
    {
        (string net, _) = await CreateAsync();
        string name = _engine.Name();
        await Docker.OkAsync($"create --name {name} --network {net} {Image} true");
        await HangAsync(method, $"start {name}", async () =>
        {
            await _engine.KillDaemonAsync();
            _plugin.Socket.Instead.Clear();
            _plugin.TakeCalls();
            await _engine.StartDaemonAsync();
            await Eventually.HoldsAsync(() => _plugin.Socket.Calls.Any(c => c.StartsWith("DeleteEndpoint", StringComparison.Ordinal)) ? null : "it was not undone");
            Assert.Equal(undone, string.Join(' ', _plugin.TakeCalls()));
        });
        await Docker.OkAsync($"start -a {name}");
        await Docker.OkAsync($"rm {name}");
        await Docker.OkAsync($"network rm {net}");
        Assert.Empty(_plugin.Made);
    }

    [QuaidFact]
    public async Task A_network_that_was_being_made_when_the_daemon_died_is_taken_away()
    {
        string net = _engine.Name("net");
        await HangAsync("CreateNetwork", $"network create -d {_plugin.Name} {net}", async () =>
        {
            await _engine.KillDaemonAsync();
            _plugin.Socket.Instead.Clear();
            await _engine.StartDaemonAsync();
            await Eventually.HoldsAsync(() => _plugin.Socket.Calls.Any(c => c.StartsWith("DeleteNetwork", StringComparison.Ordinal)) ? null : "it was not taken away");
        });
        Assert.DoesNotContain(net, await Docker.OkAsync("network ls"), StringComparison.Ordinal);
        await Docker.OkAsync($"network create -d {_plugin.Name} {net}");
        await Docker.OkAsync($"network rm {net}");
    }

    [QuaidFact]
    public async Task A_plugin_that_hangs_keeps_nobody_else_waiting()
    {
        (string net, _) = await CreateAsync();
        string making = _engine.Name("net"), other = _engine.Name("net"), name = _engine.Name();
        await Docker.OkAsync($"create --name {name} --network {net} {Image} true");
        _plugin.Socket.Instead["Join"] = null;
        Task<CommandResult> starting = Docker.RunAsync($"start {name}");
        await HangAsync("CreateNetwork", $"network create -d {_plugin.Name} {making}", async () =>
        {
            await Eventually.HoldsAsync(() => _plugin.Socket.Calls.Any(c => c.StartsWith("Join", StringComparison.Ordinal)) ? null : "it was not called");
            await Docker.OkAsync($"network create {other}");
            await Docker.OkAsync($"run --rm --network {other} {Image} true");
            await Docker.OkAsync($"network rm {other}");
            await Docker.OkAsync("ps -a");
            (await Docker.RunAsync($"network rm {making}")).ExpectFailure(1, $"network {making} is just being made: plugin \"{_plugin.Name}\" has not yet answered");
            (await Docker.RunAsync($"run --rm --network {making} {Image} true")).ExpectFailure(125, "is just being made");
            Assert.False(starting.IsCompleted);
            _plugin.Socket.Stop();
            (await starting).ExpectFailure(1, $"plugin \"{_plugin.Name}\" gave no answer to NetworkDriver.Join that is HTTP");
        });
        Assert.DoesNotContain(making, await Docker.OkAsync("network ls"), StringComparison.Ordinal);
        _plugin.Socket.Instead.Clear();
        _plugin.Socket.Start();
        await Docker.OkAsync($"start -a {name}");
        await Docker.OkAsync($"rm {name}");
        await Docker.OkAsync($"network rm {net}");
    }

    [QuaidTheory]
    [InlineData("CreateEndpoint", "rubbish", "something that is not the JSON of its protocol")]
    [InlineData("CreateEndpoint", """{"Interface":"eth0"}""", "something that is not the JSON of its protocol")]
    [InlineData("CreateEndpoint", """{"Interface":{"AddressIPv6":"fd00::2/64"}}""", "fd00::2/64 is not of the network's subnets")]
    [InlineData("Join", "[1]", "something that is not the JSON of its protocol")]
    [InlineData("Join", """{"InterfaceName":{"SrcName":"lo","DstPrefix":"eth"}}""", "failed to add interface lo to sandbox: it is not the plugin's")]
    [InlineData("Join", """{"InterfaceName":{"SrcName":"averyverylongname","DstPrefix":"eth"}}""", "failed to get link by name \"averyverylongname\": Link not found")]
    [InlineData("Join", """{"Gateway":"10.1.1.1"}""", "routes need an interface, and it names none")]
    public async Task Nonsense_is_refused_with_the_plugin_and_leaves_nothing(string method, string answer, string why)
    {
        (string net, _) = await CreateAsync();
        string name = _engine.Name();
        await Docker.OkAsync($"create --name {name} --network {net} {Image} true");
        _plugin.Socket.Instead[method] = answer;
        (await Docker.RunAsync($"start {name}")).ExpectFailure(1, $"\"{_plugin.Name}\"", why);
        _plugin.Socket.Instead.Clear();
        await Docker.OkAsync($"start -a {name}");
        await Docker.OkAsync($"rm {name}");
        await Docker.OkAsync($"network rm {net}");
        Assert.Empty(_plugin.Made);
    }

    [QuaidTheory]
    [InlineData("averyverylongprefix", "", "\"averyverylongprefix\" is not what an interface's name can begin with")]
    [InlineData("a/b", "", "\"a/b\" is not what an interface's name can begin with")]
    [InlineData("eth", ""","GatewayIPv6":"zzz" """, "unable to parse GatewayIPv6 \"zzz\"")]
    [InlineData("eth", ""","GatewayIPv6":"fd00::1" """, "failed to set gateway: fd00::1")]
    [InlineData("eth", ""","StaticRoutes":[{"Destination":"zz"}]""", "invalid CIDR address: zz")]
    [InlineData("eth", ""","StaticRoutes":[{"Destination":"10.5.0.0/16","NextHop":"zz"}]""", "failed to parse nexthop IP zz")]
    [InlineData("eth", ""","StaticRoutes":[{"Destination":"10.5.0.0/16","RouteType":7}]""", "failed to set static route to 10.5.0.0/16")]
    [InlineData("eth", ""","StaticRoutes":[{"Destination":"192.0.2.0/24","NextHop":"203.0.113.9"}]""", "add route to 192.0.2.0/24 by 203.0.113.9")]
    public async Task An_interface_that_no_container_can_have_goes_back(string prefix, string further, string why)
    {
        (string net, _) = await CreateAsync();
        string name = _engine.Name();
        await Docker.OkAsync($"create --name {name} --network {net} {Image} true");
        (_plugin.Prefix, _plugin.Further) = (prefix, further);
        (await Docker.RunAsync($"start {name}")).ExpectFailure(1, why);
        (_plugin.Prefix, _plugin.Further) = ("eth", "");
        await Docker.OkAsync($"start -a {name}");
        await Docker.OkAsync($"rm {name}");
        string id = await Docker.OkAsync($"network inspect -f '{{{{.Id}}}}' {net}");
        Assert.Equal("", (await RunningCommand.RunAsync("ip", ["-br", "link", "show", "master", NetworkPlugin.Bridge(id)])).Succeeded());
        await Docker.OkAsync($"network rm {net}");
        Assert.Empty(_plugin.Made);
    }

    [QuaidFact]
    public async Task Networks_of_a_plugin_that_is_gone_are_shown_and_can_be_removed()
    {
        (string net, _) = await CreateAsync();
        await _engine.StopDaemonAsync();
        _plugin.Socket.Stop();
        await _engine.StartDaemonAsync();
        Assert.Equal(_plugin.Name, await Docker.OkAsync($"network inspect -f '{{{{.Driver}}}}' {net}"));
        (await Docker.RunAsync($"run --rm --network {net} {Image} true")).ExpectFailure(125, $"on network {net}: plugin \"{_plugin.Name}\" not found");
        await Docker.OkAsync($"network rm {net}");
        Assert.NotEmpty(_plugin.Made);
        _plugin.Socket.Start();
        await _engine.StopDaemonAsync();
        await _engine.StartDaemonAsync();
        await Eventually.HoldsAsync(() => _plugin.Made.IsEmpty ? null : "the plugin has it yet");
    }

    [QuaidFact]
    public async Task What_its_networks_cannot_have_is_refused()
    {
        string net = _engine.Name("net");
        (await Docker.RunAsync($"network create -d {_plugin.Name} -o 'quai.egress=deny any' {net}")).ExpectFailure(1, $"option quai.egress cannot be had with driver {_plugin.Name}");
        Assert.Empty(_plugin.TakeCalls());
    }

    private async Task HangAsync(string method, string command, Func<Task> meanwhile)
    {
        _plugin.Socket.Instead[method] = null;
        Task<CommandResult> running = Docker.RunAsync(command);
        await Eventually.HoldsAsync(() => _plugin.Socket.Calls.Any(c => c.StartsWith(method, StringComparison.Ordinal)) ? null : "it was not called");
        await meanwhile();
        Assert.NotEqual(0, (await running).ExitCode);
    }

    private async Task<(string Network, string Subnet)> CreateAsync()
    {
        (string net, string subnet) = (_engine.Name("net"), _engine.Subnet());
        await Docker.OkAsync($"network create -d {_plugin.Name} --subnet {subnet}.0/24 {net}");
        return (net, subnet);
    }

    private async Task<string> RunAsync(string net)
    {
        string name = _engine.Name();
        await Docker.OkAsync($"run -d --name {name} --network {net} {Image} {Sleep}");
        return name;
    }
}

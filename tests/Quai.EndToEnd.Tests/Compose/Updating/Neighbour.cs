namespace Quai.EndToEnd.Tests.Compose.Updating;

/// <summary>Another machine, as far as the host can tell: a network namespace behind a pair of interfaces.</summary>
internal sealed class Neighbour : IAsyncDisposable
{
    private readonly string _name;

    private Neighbour(string name) => _name = name;

    /// <summary>The host's address, as the neighbour sees it.</summary>
    public required string Host { get; init; }

    /// <summary>Makes one, on a subnet that nobody else has.</summary>
    public static async Task<Neighbour> CreateAsync(QuaidInstance engine)
    {
        string name = $"qnb{engine.Slot}x{Environment.ProcessId % 10000}", subnet = $"10.91.{engine.Slot}";
        await RunningCommand.ShellAsync($"ip netns add {name} && ip link add {name} type veth peer name eth0 netns {name} && ip addr add {subnet}.1/24 dev {name} && ip link set {name} up");
        await RunningCommand.ShellAsync($"ip netns exec {name} sh -c 'ip link set lo up && ip link set eth0 up && ip addr add {subnet}.2/24 dev eth0 && ip route add default via {subnet}.1'");
        return new(name) { Host = subnet + ".1" };
    }

    /// <summary>Starts a program there.</summary>
    public RunningCommand Start(string program, params string[] arguments) => RunningCommand.Start("nsenter", [$"--net=/run/netns/{_name}", "--", program, .. arguments]);

    public async ValueTask DisposeAsync() => await RunningCommand.RunAsync("ip", ["netns", "delete", _name]);
}

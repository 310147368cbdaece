namespace Quai.EndToEnd.Tests.Networks.Parents;

/// <summary>A veth pair of the host's: one end is the parent of networks, the other, in a network namespace of its own, is a neighbour of the containers there.</summary>
internal sealed class ParentLink : IAsyncDisposable
{
    private static int s_made;

    private ParentLink(string name) => Name = name;

    /// <summary>The parent's name.</summary>
    public string Name { get; }

    /// <summary>The network namespace of the neighbour.</summary>
    public string Neighbour => Name + "o";

    /// <summary>Makes one.</summary>
    /// <param name="engine">Whose test it is for.</param>
    /// <param name="address">The neighbour's address, as <c>10.1.2.3/24</c>; null for none.</param>
    public static async Task<ParentLink> MakeAsync(QuaidInstance engine, string? address = null)
    {
        var link = new ParentLink($"qmv{engine.Slot}x{Environment.ProcessId % 1000}x{Interlocked.Increment(ref s_made)}");
        await link.DeleteAsync();
        (await RunningCommand.RunAsync("ip", ["netns", "add", link.Neighbour])).Expect();
        (await RunningCommand.RunAsync("ip", ["link", "add", link.Name, "type", "veth", "peer", "name", "lan0", "netns", link.Neighbour])).Expect();
        (await RunningCommand.RunAsync("ip", ["link", "set", link.Name, "up"])).Expect();
        (await link.OutsideAsync("ip", "link", "set", "lan0", "up")).Expect();
        if (address is not null)
        {
            (await link.OutsideAsync("ip", "addr", "add", address, "dev", "lan0")).Expect();
        }

        return link;
    }

    /// <summary>Runs a program as the neighbour.</summary>
    public Task<CommandResult> OutsideAsync(params string[] command) => RunningCommand.RunAsync("ip", ["netns", "exec", Neighbour, .. command]);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await DeleteAsync();

    private async Task DeleteAsync()
    {
        await RunningCommand.RunAsync("ip", ["link", "del", Name]);
        await RunningCommand.RunAsync("ip", ["netns", "del", Neighbour]);
    }
}

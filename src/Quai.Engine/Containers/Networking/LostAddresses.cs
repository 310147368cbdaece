using Quai.Engine.Containers.State;
using Quai.Errors;
using Quai.Linux;
using Quai.Networks;

namespace Quai.Engine.Containers.Networking;

/// <summary>
/// Takes containers off networks whose servers do not lend them their addresses any longer: going on with an address that may be somebody else's would disturb others. The container stays attached,
/// so its next start asks again, as does <c>network connect</c>.
/// </summary>
internal sealed class LostAddresses(ContainerRegistry registry, DisconnectContainer disconnect, Background background)
{
    /// <summary>Watches a service's networks from now on.</summary>
    public void Watch(INetworkService networks) => networks.AddressLost += endpoint => _ = TakeAsync(endpoint);

    private async Task TakeAsync(Endpoint endpoint)
    {
        // Raised in the middle of the network service's own work.
        await Task.Yield();
        if (registry.Find(endpoint.ContainerId) is not { } container)
        {
            return;
        }

        try
        {
            await disconnect.LoseAsync(container, endpoint).ConfigureAwait(false);
        }
        catch (Exception e) when (e is QuaiException or LinuxException)
        {
            background.Failed("take away a lost address", container.Id, e);
        }
    }
}

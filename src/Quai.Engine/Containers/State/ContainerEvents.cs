using Quai.Engine.Events;
using Quai.Networks;

namespace Quai.Engine.Containers.State;

/// <summary>Publishes what happens to containers, with the attributes that Docker gives them.</summary>
internal sealed class ContainerEvents(EventHub hub, INetworkService networks)
{
    /// <summary>Publishes an event of a container.</summary>
    public void Publish(Container container, string action, params ReadOnlySpan<(string Name, string Value)> more) =>
        hub.Publish("container", action, container.Id, container.EventAttributes(more));

    /// <summary>Publishes that a number of stopped containers was removed.</summary>
    /// <param name="reclaimed">Bytes given back.</param>
    public void PublishPrune(long reclaimed) => hub.Publish("container", "prune", "", new Dictionary<string, string> { ["reclaimed"] = reclaimed.ToString() });

    /// <summary>Publishes that a container's network was connected or disconnected.</summary>
    public void PublishNetwork(Container container, string action)
    {
        (string id, string name, string driver) = container.Endpoint is { } endpoint ? (endpoint.NetworkId, endpoint.NetworkName, "bridge")
            : networks.List().FirstOrDefault(n => n.Driver != "bridge" && n.Name == container.HostConfig.NetworkMode) is { } own ? (own.Id, own.Name, own.Driver)
            : ("", "", "");
        if (id.Length > 0)
        {
            hub.Publish("network", action, id, new Dictionary<string, string> { ["container"] = container.Id, ["name"] = name, ["type"] = driver });
        }
    }

    /// <summary>Publishes that a container's volumes were mounted or unmounted.</summary>
    public void PublishVolumes(Container container, string action)
    {
        foreach (ContainerMount mount in container.Mounts)
        {
            if (mount.Type != "volume")
            {
                continue;
            }

            var attributes = new Dictionary<string, string> { ["container"] = container.Id, ["driver"] = "local" };
            if (action == "mount")
            {
                attributes["destination"] = mount.Destination;
                attributes["propagation"] = "";
                attributes["read/write"] = mount.ReadWrite ? "true" : "false";
            }

            hub.Publish("volume", action, mount.Name!, attributes);
        }
    }
}

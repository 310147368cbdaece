using Quai.Engine.Containers.Spec;
using Quai.Engine.Events;
using Quai.Networks;
using Quai.Volumes;

namespace Quai.Engine.Containers.State;

/// <summary>Publishes container events, with the attributes that Docker gives them.</summary>
internal sealed class ContainerEvents(EventHub hub, INetworkService networks)
{
    /// <summary>Publishes an event of a container.</summary>
    public void Publish(Container container, string action, params ReadOnlySpan<(string Name, string Value)> more) =>
        hub.Publish("container", action, container.Id, container.EventAttributes(more));

    /// <summary>Publishes that a number of stopped containers were removed.</summary>
    /// <param name="reclaimed">Bytes freed.</param>
    public void PublishPrune(long reclaimed) => hub.Publish("container", "prune", "", new Dictionary<string, string> { ["reclaimed"] = reclaimed.ToString() });

    /// <summary>Publishes that a container's networks were all connected or disconnected.</summary>
    public void PublishNetworks(Container container, string action)
    {
        if (container.Spec.Network.Disabled == true)
        {
            return;
        }

        foreach (NetworkAttachment attachment in container.Attachments)
        {
            PublishNetwork(container, attachment.Network, action);
        }
    }

    /// <summary>Publishes that one of a container's networks was connected or disconnected.</summary>
    public void PublishNetwork(Container container, string network, string action)
    {
        if (networks.List().FirstOrDefault(n => n.Name == network) is { } own)
        {
            hub.Publish("network", action, own.Id, new Dictionary<string, string> { ["container"] = container.Id, ["name"] = own.Name, ["type"] = own.Driver });
        }
    }

    /// <summary>Publishes that a container's volumes were mounted or unmounted.</summary>
    public void PublishVolumes(Container container, string action)
    {
        foreach (ContainerMount mount in container.Spec.Mounts)
        {
            if (mount.Type != "volume")
            {
                continue;
            }

            var attributes = new Dictionary<string, string> { ["container"] = container.Id, ["driver"] = mount.Driver ?? Volume.LocalDriver };
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

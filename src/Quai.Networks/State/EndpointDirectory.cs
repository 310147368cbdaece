using System.Globalization;
using Quai.Errors;
using Quai.Networks.Sandboxes;

namespace Quai.Networks.State;

/// <summary>The endpoints that there are, by container. Safe for concurrent use.</summary>
internal sealed class EndpointDirectory
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, List<Endpoint>> _byContainer = [];

    /// <summary>Those of a container, in the order of their interfaces.</summary>
    public IReadOnlyList<Endpoint> Of(string containerId)
    {
        lock (_lock)
        {
            return _byContainer.TryGetValue(containerId, out List<Endpoint>? held) ? [.. held] : [];
        }
    }

    /// <summary>Whether there is none.</summary>
    public bool IsEmpty
    {
        get
        {
            lock (_lock)
            {
                return _byContainer.Count == 0;
            }
        }
    }

    /// <summary>Whether there is any on a network.</summary>
    public bool IsUsed(string networkId)
    {
        lock (_lock)
        {
            return _byContainer.Values.Any(held => held.Exists(e => e.Network.Id == networkId));
        }
    }

    /// <summary>Those on a network.</summary>
    public IReadOnlyList<Endpoint> OfNetwork(string networkId)
    {
        lock (_lock)
        {
            return [.. _byContainer.Values.SelectMany(held => held).Where(e => e.Network.Id == networkId)];
        }
    }

    /// <summary>Finds one by its id; null if it is not there.</summary>
    public Endpoint? Find(string endpointId)
    {
        lock (_lock)
        {
            return _byContainer.Values.SelectMany(held => held).FirstOrDefault(e => e.Id == endpointId);
        }
    }

    /// <summary>Whether an endpoint is there.</summary>
    public bool Contains(Endpoint endpoint)
    {
        lock (_lock)
        {
            return _byContainer.TryGetValue(endpoint.ContainerId, out List<Endpoint>? held) && held.Exists(e => e.Id == endpoint.Id);
        }
    }

    /// <summary>Adds one that is made for the container's first free interface. One container's are added one after the other.</summary>
    /// <param name="containerId">Whose it is.</param>
    /// <param name="network">The network it is on.</param>
    /// <param name="name">The name that its interface is to have; null for the network's usual one.</param>
    /// <param name="make">Makes it; what it throws leaves nothing added.</param>
    /// <exception cref="QuaiException">The container is on that network already.</exception>
    public Endpoint Add(string containerId, Network network, string? name, Func<SandboxInterface, Endpoint> make)
    {
        // Made outside of the lock, as it reserves ports: whoever connects a container holds it, so nobody else does meanwhile.
        Endpoint made = make(FirstFree(containerId, network, name));
        lock (_lock)
        {
            if (!_byContainer.TryGetValue(containerId, out List<Endpoint>? held))
            {
                _byContainer[containerId] = held = [];
            }

            held.Add(made);
            held.Sort((a, b) => a.Interface.Number.CompareTo(b.Interface.Number));
        }

        return made;
    }

    /// <summary>Puts one in the place of what had its id; false when that is not there.</summary>
    public bool Replace(Endpoint endpoint)
    {
        lock (_lock)
        {
            int at = _byContainer.TryGetValue(endpoint.ContainerId, out List<Endpoint>? held) ? held.FindIndex(e => e.Id == endpoint.Id) : -1;
            if (at >= 0)
            {
                held![at] = endpoint;
            }

            return at >= 0;
        }
    }

    /// <summary>Takes one out; false when it is not there.</summary>
    public bool Remove(Endpoint endpoint)
    {
        lock (_lock)
        {
            if (!_byContainer.TryGetValue(endpoint.ContainerId, out List<Endpoint>? held) || held.RemoveAll(e => e.Id == endpoint.Id) == 0)
            {
                return false;
            }

            if (held.Count == 0)
            {
                _byContainer.Remove(endpoint.ContainerId);
            }

            return true;
        }
    }

    /// <summary>Takes all of a container's out.</summary>
    public IReadOnlyList<Endpoint> RemoveAll(string containerId)
    {
        lock (_lock)
        {
            return _byContainer.Remove(containerId, out List<Endpoint>? held) ? held : [];
        }
    }

    /// <summary>Replaces all of them.</summary>
    public void Reset(IEnumerable<Endpoint> endpoints)
    {
        lock (_lock)
        {
            _byContainer.Clear();
            foreach (IGrouping<string, Endpoint> held in endpoints.GroupBy(e => e.ContainerId))
            {
                _byContainer[held.Key] = [.. held.OrderBy(e => e.Interface.Number)];
            }
        }
    }

    private SandboxInterface FirstFree(string containerId, Network network, string? name)
    {
        IReadOnlyList<Endpoint> held = Of(containerId);
        if (held.FirstOrDefault(e => e.Network.Id == network.Id) is not null)
        {
            throw new QuaiException(ErrorKind.Forbidden, $"endpoint with name {containerId} already exists in network {network.Name}");
        }

        int number = 0;
        while (held.Any(e => e.Interface.Number == number))
        {
            number++;
        }

        return new SandboxInterface(number, NameOf(held, network, number, name));
    }

    private static string? NameOf(IReadOnlyList<Endpoint> held, Network network, int number, string? asked)
    {
        if (asked is not null)
        {
            return !held.Any(e => e.Interface.Name == asked) ? asked : throw QuaiException.Invalid($"interface name {asked} is taken by the container's endpoint in another network");
        }

        // As in Docker, each prefix counts on its own.
        for (int count = 0; ; count++)
        {
            string name = string.Create(CultureInfo.InvariantCulture, $"{network.InterfacePrefix}{count}");
            if (!held.Any(e => e.Interface.Name == name))
            {
                return name == new SandboxInterface(number).Name ? null : name;
            }
        }
    }
}

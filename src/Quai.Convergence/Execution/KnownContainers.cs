using Quai.Convergence.Observing;

namespace Quai.Convergence.Execution;

/// <summary>Which containers a project's services have while a plan is executed. Thread-safe.</summary>
internal sealed class KnownContainers
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(string Service, int Number), (string Id, string Name)> _all = [];

    public KnownContainers(ObservedProject observed)
    {
        IReadOnlyDictionary<string, string> leftovers = Leftovers.Of(observed.Containers);
        foreach (ObservedContainer container in observed.Containers.Where(container => !container.IsOneOff && !leftovers.ContainsKey(container.Id)))
        {
            _all[(container.Service, container.Number)] = (container.Id, container.Name);
        }
    }

    /// <summary>Remembers a container that is there now.</summary>
    public void Set(string service, int number, string id, string name)
    {
        lock (_lock)
        {
            _all[(service, number)] = (id, name);
        }
    }

    /// <summary>Forgets a container.</summary>
    public void Remove(string service, int number, string id)
    {
        lock (_lock)
        {
            if (_all.TryGetValue((service, number), out (string Id, string Name) known) && known.Id == id)
            {
                _all.Remove((service, number));
            }
        }
    }

    /// <summary>The id of a container; null where there is none.</summary>
    public string? Id(string service, int number)
    {
        lock (_lock)
        {
            return _all.TryGetValue((service, number), out (string Id, string Name) known) ? known.Id : null;
        }
    }

    /// <summary>A service's containers, by name.</summary>
    public IReadOnlyList<(string Id, string Name)> Of(string service)
    {
        lock (_lock)
        {
            return [.. _all.Where(entry => entry.Key.Service == service).Select(entry => entry.Value).OrderBy(one => one.Name, StringComparer.Ordinal)];
        }
    }
}

using Quai.Errors;

namespace Quai.Engine.Containers.State;

/// <summary>All containers by id and name. A name is reserved before its container exists.</summary>
internal sealed class ContainerRegistry
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Container> _byId = [];
    private readonly Dictionary<string, string> _idByName = [];

    /// <summary>All of them, newest first.</summary>
    public List<Container> All()
    {
        lock (_lock)
        {
            List<Container> all = [.. _byId.Values];
            all.Sort((a, b) => b.Created.CompareTo(a.Created));
            return all;
        }
    }

    /// <summary>The containers of an image, and those that mount it, and whether each runs.</summary>
    public IReadOnlyList<(string ContainerId, bool Running)> UsersOfImage(string imageId) =>
        [.. All().Where(c => c.ImageId == imageId || c.Spec.Mounts.Any(m => m.ImageId == imageId)).Select(c => (c.Id, c.State.IsRunning))];

    /// <summary>Finds by id, name or unambiguous id prefix.</summary>
    /// <exception cref="QuaiException">None or several.</exception>
    public Container Resolve(string reference) => Find(reference) ?? throw QuaiException.NotFound($"No such container: {reference}");

    /// <summary>Finds a container that a request's body names: if there is none, the body is at fault, not the path's resource.</summary>
    /// <exception cref="QuaiException">None or several; always of kind InvalidParameter.</exception>
    public Container Named(string reference) =>
        reference.Length == 0 ? throw QuaiException.Invalid("invalid name or ID supplied: \"\"")
        : Find(reference) ?? throw QuaiException.Invalid($"No such container: {reference}");

    /// <summary>Finds by id, name or unambiguous id prefix; null if there is none.</summary>
    public Container? Find(string reference)
    {
        string name = reference.StartsWith('/') ? reference[1..] : reference;
        lock (_lock)
        {
            if (_byId.TryGetValue(reference, out Container? exact))
            {
                return exact;
            }

            if (_idByName.TryGetValue(name, out string? id) && _byId.TryGetValue(id, out Container? named))
            {
                return named;
            }

            if (reference.Length == 0)
            {
                return null;
            }

            Container? found = null;
            foreach ((string key, Container container) in _byId)
            {
                if (key.StartsWith(reference, StringComparison.Ordinal))
                {
                    found = found is null ? container : throw QuaiException.Invalid($"multiple IDs found with provided prefix: {reference}");
                }
            }

            return found;
        }
    }

    /// <summary>Reserves a name for an id.</summary>
    /// <returns>Null, or the id that has it already.</returns>
    public string? Reserve(string name, string id)
    {
        lock (_lock)
        {
            return _idByName.TryAdd(name, id) ? null : _idByName[name];
        }
    }

    /// <summary>Reserves a name for an id.</summary>
    /// <exception cref="QuaiException">Another container has it.</exception>
    public void Take(string name, string id)
    {
        if (Reserve(name, id) is { } holder)
        {
            throw QuaiException.Conflict(
                $"Conflict. The container name \"/{name}\" is already in use by container \"{holder}\". You have to remove (or rename) that container to be able to reuse that name.");
        }
    }

    /// <summary>Releases a reserved name.</summary>
    public void Release(string name)
    {
        lock (_lock)
        {
            _idByName.Remove(name);
        }
    }

    /// <summary>Has two containers found by each other's name.</summary>
    public void Exchange(Container one, Container other)
    {
        lock (_lock)
        {
            (_idByName[one.Name], _idByName[other.Name]) = (other.Id, one.Id);
        }
    }

    /// <summary>Adds a container; its name is already reserved.</summary>
    public void Add(Container container)
    {
        lock (_lock)
        {
            _byId.Add(container.Id, container);
            _idByName[container.Name] = container.Id;
        }
    }

    /// <summary>Forgets a container and its name.</summary>
    public void Remove(Container container)
    {
        lock (_lock)
        {
            _byId.Remove(container.Id);
            if (_idByName.GetValueOrDefault(container.Name) == container.Id)
            {
                _idByName.Remove(container.Name);
            }
        }
    }
}

using System.Collections.Immutable;
using Quai.Errors;

namespace Quai.Networks.State;

/// <summary>The networks that there are. Read without waiting; each change replaces the whole.</summary>
internal sealed class NetworkDirectory
{
    private ImmutableDictionary<string, NetworkState> _byId = ImmutableDictionary<string, NetworkState>.Empty;

    /// <summary>All of them.</summary>
    public IEnumerable<NetworkState> All => _byId.Values;

    /// <summary>Replaces all of them.</summary>
    public void Reset(IEnumerable<NetworkState> networks) => _byId = networks.ToImmutableDictionary(n => n.Network.Id);

    /// <summary>Adds one, or puts it in the place of what went by the same id.</summary>
    public void Put(NetworkState network) => ImmutableInterlocked.AddOrUpdate(ref _byId, network.Network.Id, network, (_, _) => network);

    /// <summary>Takes one out.</summary>
    public void Remove(string id) => ImmutableInterlocked.TryRemove(ref _byId, id, out _);

    /// <summary>Finds one by its whole id.</summary>
    public NetworkState? Find(string id) => _byId.GetValueOrDefault(id);

    /// <summary>Finds one by its name.</summary>
    public NetworkState? Named(string name) => _byId.Values.FirstOrDefault(n => n.Network.Name == name);

    /// <summary>Finds one by name, id or unambiguous id prefix.</summary>
    /// <exception cref="QuaiException">Not found, or ambiguous.</exception>
    public NetworkState Resolve(string nameOrId)
    {
        if ((Find(nameOrId) ?? Named(nameOrId)) is { } exact)
        {
            return exact;
        }

        NetworkState[] byPrefix = nameOrId.Length == 0 ? [] : [.. _byId.Values.Where(n => n.Network.Id.StartsWith(nameOrId, StringComparison.Ordinal))];
        return byPrefix.Length switch
        {
            1 => byPrefix[0],
            0 => throw QuaiException.NotFound($"network {nameOrId} not found"),
            _ => throw QuaiException.Invalid($"network {nameOrId} is ambiguous ({byPrefix.Length} matches found on ID prefix)"),
        };
    }
}

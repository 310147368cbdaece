using System.Net.Sockets;
using Quai.Linux.Nftables;

namespace Quai.Networks.Firewalls.Tables;

/// <summary>The endpoints with an egress policy that a table has, and those that it should have no more.</summary>
/// <param name="table">The table's name.</param>
/// <param name="family">The table's family.</param>
internal sealed class EgressEndpoints(string table, AddressFamily family)
{
    private readonly Dictionary<string, EgressEndpoint> _held = [];
    private readonly List<EgressEndpoint> _withdrawn = [];

    /// <summary>How many there are.</summary>
    public int Count => _held.Count;

    /// <summary>The sets of their policies' names.</summary>
    public IEnumerable<string> Sets => _held.Values.SelectMany(e => e.Sets);

    /// <summary>Whether none waits to be taken out of the table.</summary>
    public bool IsDone => _withdrawn.Count == 0;

    /// <summary>Knows exactly these.</summary>
    public void Reset(IEnumerable<Endpoint> endpoints)
    {
        _held.Clear();
        _withdrawn.Clear();
        foreach (Endpoint endpoint in endpoints)
        {
            Add(endpoint);
        }
    }

    /// <summary>Knows one more; null where it has no policy in this family.</summary>
    public EgressEndpoint? Add(Endpoint endpoint)
    {
        EgressEndpoint? restricted = EgressEndpoint.Of(endpoint, family);
        if (restricted is not null)
        {
            _held[endpoint.Id] = restricted;
        }

        return restricted;
    }

    /// <summary>Forgets one that is not in the table.</summary>
    public void Forget(string endpointId) => _held.Remove(endpointId);

    /// <summary>Has one taken out with the next transaction.</summary>
    /// <returns>What it is; null where there is none.</returns>
    public EgressEndpoint? Withdraw(string endpointId)
    {
        if (_held.Remove(endpointId, out EgressEndpoint? gone))
        {
            _withdrawn.Add(gone);
        }

        return gone;
    }

    /// <summary>Writes all of them into a table that has none.</summary>
    public void Write(NftBatch batch)
    {
        var chains = new EgressChains(batch, table, family);
        foreach (EgressEndpoint endpoint in _held.Values)
        {
            chains.Add(endpoint);
        }
    }

    /// <summary>Takes out those that are to go.</summary>
    public void DeleteWithdrawn(NftBatch batch)
    {
        var chains = new EgressChains(batch, table, family);
        foreach (EgressEndpoint endpoint in _withdrawn)
        {
            chains.Delete(endpoint);
        }
    }

    /// <summary>They are gone.</summary>
    public void ForgetWithdrawn() => _withdrawn.Clear();
}

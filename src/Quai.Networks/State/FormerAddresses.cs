using System.Net;

namespace Quai.Networks.State;

/// <summary>
/// The addresses that containers had last on a network, by their names: one that is made anew in the place of another has that one's again where it is free, and whoever
/// still knows the address (a proxy that asked for it once) reaches it. Of the names those used last are known. Not safe for concurrent use.
/// </summary>
internal sealed class FormerAddresses
{
    private const int Most = 4096;

    private readonly Dictionary<string, LinkedListNode<(string Name, IReadOnlyList<IPAddress> Addresses)>> _byName = new(StringComparer.Ordinal);
    private readonly LinkedList<(string Name, IReadOnlyList<IPAddress> Addresses)> _order = [];

    /// <summary>What a container of that name had last; empty if that is not known.</summary>
    public IReadOnlyList<IPAddress> Of(string name) => _byName.TryGetValue(name, out var node) ? node.Value.Addresses : [];

    /// <summary>Notes what one has now.</summary>
    public void Note(string name, params ReadOnlySpan<IPAddress?> addresses)
    {
        if (name.Length == 0)
        {
            return;
        }

        if (_byName.Remove(name, out var former))
        {
            _order.Remove(former);
        }

        List<IPAddress> known = [];
        foreach (IPAddress? address in addresses)
        {
            if (address is not null)
            {
                known.Add(address);
            }
        }

        _byName[name] = _order.AddLast((name, known));
        if (_order.Count > Most)
        {
            _byName.Remove(_order.First!.Value.Name);
            _order.RemoveFirst();
        }
    }
}

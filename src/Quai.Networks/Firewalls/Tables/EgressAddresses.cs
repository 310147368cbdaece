using System.Net;
using System.Net.Sockets;
using Quai.Linux;
using Quai.Linux.Netlink;
using Quai.Linux.Nftables;

namespace Quai.Networks.Firewalls.Tables;

/// <summary>
/// The addresses that names of egress policies stood for when containers asked, by set, and until when. It knows what the table has, so that an answer that changes
/// nothing costs nothing, and a table that is written anew gets them again.
/// </summary>
/// <param name="family">The table's family.</param>
/// <param name="time">The clock.</param>
internal sealed class EgressAddresses(AddressFamily family, TimeProvider time)
{
    private const int MostOfSet = 16384;

    private static readonly TimeSpan s_least = TimeSpan.FromMinutes(1), s_most = TimeSpan.FromDays(7), s_slack = TimeSpan.FromSeconds(30);

    private readonly Dictionary<string, Dictionary<IPAddress, DateTimeOffset>> _sets = [];

    /// <summary>Knows sets that have nothing yet.</summary>
    public void Add(IEnumerable<string> sets)
    {
        foreach (string set in sets)
        {
            _sets.TryAdd(set, []);
        }
    }

    /// <summary>Forgets sets.</summary>
    public void Remove(IEnumerable<string> sets)
    {
        foreach (string set in sets)
        {
            _sets.Remove(set);
        }
    }

    /// <summary>Knows exactly these sets, with what a table of an earlier daemon's still has in them.</summary>
    public void Reset(IEnumerable<string> sets, NetlinkSocket socket, string table)
    {
        _sets.Clear();
        foreach (string set in sets)
        {
            Dictionary<IPAddress, DateTimeOffset> held = _sets[set] = [];
            try
            {
                foreach (NftElement element in NftBatch.List(socket, table, set, family == AddressFamily.InterNetwork ? NftFamily.IPv4 : NftFamily.IPv6))
                {
                    held[new IPAddress(element.Key.Span)] = time.GetUtcNow() + (element.Timeout ?? s_least);
                }
            }
            catch (LinuxException)
            {
                // There was no such table, or set: containers will ask again.
            }
        }
    }

    /// <summary>Notes addresses.</summary>
    /// <param name="set">The set.</param>
    /// <param name="addresses">The addresses, and how long they may be kept by whoever asked.</param>
    /// <returns>What the table does not have for as long as that.</returns>
    public IReadOnlyList<NftElement> Note(string set, IReadOnlyList<(IPAddress Address, TimeSpan Lifetime)> addresses)
    {
        if (!_sets.TryGetValue(set, out Dictionary<IPAddress, DateTimeOffset>? held))
        {
            // Its network or endpoint is gone.
            return [];
        }

        DateTimeOffset now = time.GetUtcNow();
        List<NftElement> wanting = [];
        foreach (IGrouping<IPAddress, TimeSpan> given in addresses.Where(a => a.Address.AddressFamily == family).GroupBy(a => a.Address, a => a.Lifetime))
        {
            // An answer may have an address twice; a transaction may not.
            (IPAddress address, TimeSpan asked) = (given.Key, given.Max());
            TimeSpan lifetime = asked < s_least ? s_least : asked > s_most ? s_most : asked;
            if (held.TryGetValue(address, out DateTimeOffset until) ? until >= now + lifetime : !HasRoom(held, now))
            {
                continue;
            }

            // A little longer than was asked for, so that not every answer is a change of the table.
            lifetime += s_slack + (lifetime / 4);
            held[address] = now + lifetime;
            wanting.Add(ElementOf(address, lifetime));
        }

        return wanting;
    }

    /// <summary>Forgets addresses that could not be put into the table.</summary>
    public void Forget(string set, IReadOnlyList<NftElement> addresses)
    {
        foreach (NftElement element in addresses)
        {
            _sets.GetValueOrDefault(set)?.Remove(new IPAddress(element.Key.Span));
        }
    }

    /// <summary>Writes all of them into a table whose sets are empty.</summary>
    public void Write(NftBatch batch, string table)
    {
        DateTimeOffset now = time.GetUtcNow();
        foreach ((string set, Dictionary<IPAddress, DateTimeOffset> held) in _sets)
        {
            batch.AddElements(table, set, [.. held.Where(h => h.Value > now).Select(h => ElementOf(h.Key, h.Value - now))]);
        }
    }

    private static NftElement ElementOf(IPAddress address, TimeSpan lifetime) => new(address.GetAddressBytes()) { Timeout = lifetime };

    private static bool HasRoom(Dictionary<IPAddress, DateTimeOffset> held, DateTimeOffset now)
    {
        if (held.Count >= MostOfSet)
        {
            foreach (IPAddress gone in held.Where(h => h.Value <= now).Select(h => h.Key).ToArray())
            {
                held.Remove(gone);
            }
        }

        return held.Count < MostOfSet;
    }
}

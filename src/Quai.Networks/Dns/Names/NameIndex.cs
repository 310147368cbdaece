using System.Net;
using System.Net.Sockets;
using Quai.Networks.Dns.Messages;

namespace Quai.Networks.Dns.Names;

/// <summary>The names and addresses of one network, found by what is in a message. Names are in small letters.</summary>
internal sealed class NameIndex
{
    private readonly Dictionary<byte[], NameEntry> _names = new(WireNameComparer.Instance);
    private readonly Dictionary<byte[], NameEntry>.AlternateLookup<ReadOnlySpan<byte>> _byName;
    private readonly Dictionary<UInt128, NamePlace> _byAddress = [];

    /// <param name="network">The network's name.</param>
    /// <param name="endpoints">Who is on it.</param>
    public NameIndex(string network, IReadOnlyList<NamedEndpoint> endpoints)
    {
        Dictionary<byte[], List<NamePlace>> places = new(WireNameComparer.Instance);
        foreach (NamedEndpoint endpoint in endpoints)
        {
            NamePlace place = Place(network, endpoint);
            foreach (string name in endpoint.Names)
            {
                if (WireName.TryKey(name) is not { } key)
                {
                    continue;
                }

                if (!places.TryGetValue(key, out List<NamePlace>? all))
                {
                    places[key] = all = [];
                }

                // A container may have one name twice, as its own and as an alias; if so, they come one after the other.
                if (all.Count == 0 || all[^1] != place)
                {
                    all.Add(place);
                }
            }

            // The first to have an address keeps it: Docker's way where two have the same for a moment.
            foreach (byte[] address in (byte[][])[place.IPv4, place.IPv6])
            {
                if (address.Length > 0)
                {
                    _byAddress.TryAdd(ReverseName.KeyOf(address), place);
                }
            }
        }

        foreach ((byte[] key, List<NamePlace> all) in places)
        {
            _names[key] = new NameEntry(Addresses(all.Select(p => p.IPv4)), Addresses(all.Select(p => p.IPv6)), [.. all]);
        }

        _byName = _names.GetAlternateLookup<ReadOnlySpan<byte>>();
    }

    /// <summary>Finds what a name stands for.</summary>
    public NameEntry? Find(ReadOnlySpan<byte> name) => _byName.TryGetValue(name, out NameEntry? entry) ? entry : null;

    /// <summary>Finds who has an address.</summary>
    public NamePlace? Find(UInt128 address) => _byAddress.GetValueOrDefault(address);

    private static NamePlace Place(string network, NamedEndpoint endpoint)
    {
        byte[] target = endpoint.Names.Select(name => WireName.TryEncode($"{name}.{network}")).FirstOrDefault(name => name is not null) ?? [];
        (byte[], ushort)[] services =
        [
            .. endpoint.Services
                .Select(s => (Labels: WireName.TryKey($"_{s.Name}._{s.Protocol}"), s.Port))
                .Where(s => s.Labels is not null)
                .Select(s => (s.Labels!, s.Port)),
        ];
        return new NamePlace(target, Bytes(endpoint.IPv4, AddressFamily.InterNetwork), Bytes(endpoint.IPv6, AddressFamily.InterNetworkV6), services);
    }

    private static byte[] Bytes(IPAddress? address, AddressFamily family) => address?.AddressFamily == family ? address.GetAddressBytes() : [];

    private static byte[] Addresses(IEnumerable<byte[]> addresses) => [.. addresses.Distinct(WireNameComparer.Instance).SelectMany(a => a)];
}

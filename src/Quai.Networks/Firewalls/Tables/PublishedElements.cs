using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Quai.Linux.Nftables;
using Quai.Networks.Ports;

namespace Quai.Networks.Firewalls.Tables;

/// <summary>What an endpoint's published ports are in one table.</summary>
/// <param name="Ports">Elements for ports on all addresses.</param>
/// <param name="AddressedPorts">Elements for ports on one address.</param>
/// <param name="OpenPorts">Elements for ports at the container's own address.</param>
/// <param name="UdpTargets">Containers to which UDP is published.</param>
/// <param name="UdpPorts">The host's addresses and ports of UDP that are published.</param>
internal sealed record PublishedElements(List<NftElement> Ports, List<NftElement> AddressedPorts, List<NftElement> OpenPorts, List<IPAddress> UdpTargets, List<IPEndPoint> UdpPorts)
{
    /// <summary>Nothing.</summary>
    public static PublishedElements None => new([], [], [], [], []);

    /// <summary>Whether there is nothing.</summary>
    public bool IsEmpty => Ports.Count + AddressedPorts.Count + OpenPorts.Count == 0;

    /// <summary>Those of an endpoint.</summary>
    public static PublishedElements Of(Endpoint endpoint, AddressFamily family)
    {
        PublishedElements elements = None;
        if (endpoint.AddressOf(family)?.Address is not { } address)
        {
            return elements;
        }

        byte[] bytes = address.GetAddressBytes();
        foreach (PublishedPort port in endpoint.Ports.Where(p => p.HostAddress.AddressFamily == family))
        {
            byte protocol = PortReservations.ProtocolNumber(port.Protocol);
            NftElement open = new(Key(bytes, protocol, port.ContainerPort));
            if (!elements.OpenPorts.Exists(e => e.Key.Span.SequenceEqual(open.Key.Span)))
            {
                elements.OpenPorts.Add(open);
            }

            if (port.HostPort == 0)
            {
                continue;
            }

            byte[] data = new byte[bytes.Length + 4];
            bytes.CopyTo(data, 0);
            BinaryPrimitives.WriteUInt16BigEndian(data.AsSpan(bytes.Length), port.ContainerPort);
            bool any = port.HostAddress.Equals(IPAddress.Any) || port.HostAddress.Equals(IPAddress.IPv6Any);
            (any ? elements.Ports : elements.AddressedPorts).Add(new NftElement(Key(any ? [] : port.HostAddress.GetAddressBytes(), protocol, port.HostPort), data));
            if (port.Protocol == "udp")
            {
                elements.UdpPorts.Add(new IPEndPoint(port.HostAddress, port.HostPort));
                if (elements.UdpTargets.Count == 0)
                {
                    elements.UdpTargets.Add(address);
                }
            }
        }

        return elements;
    }

    /// <summary>Adds those of another endpoint.</summary>
    public void Add(PublishedElements other)
    {
        Ports.AddRange(other.Ports);
        AddressedPorts.AddRange(other.AddressedPorts);
        OpenPorts.AddRange(other.OpenPorts);
        UdpTargets.AddRange(other.UdpTargets);
    }

    /// <summary>What is here and not there.</summary>
    public PublishedElements Except(PublishedElements other)
    {
        List<IPEndPoint> udp = [.. UdpPorts.Except(other.UdpPorts)];
        return new(Without(Ports, other.Ports), Without(AddressedPorts, other.AddressedPorts), Without(OpenPorts, other.OpenPorts), udp.Count > 0 ? UdpTargets : [], udp);
    }

    /// <summary>Puts them into a table.</summary>
    public void AddTo(NftBatch batch, string table)
    {
        batch.AddElements(table, TableRules.Ports, [.. Ports]);
        batch.AddElements(table, TableRules.AddressedPorts, [.. AddressedPorts]);
        batch.AddElements(table, TableRules.OpenPorts, [.. OpenPorts]);
    }

    /// <summary>Takes them out of a table.</summary>
    public void DeleteFrom(NftBatch batch, string table)
    {
        batch.DeleteElements(table, TableRules.Ports, [.. Ports]);
        batch.DeleteElements(table, TableRules.AddressedPorts, [.. AddressedPorts]);
        batch.DeleteElements(table, TableRules.OpenPorts, [.. OpenPorts]);
    }

    private static List<NftElement> Without(List<NftElement> elements, List<NftElement> others) =>
        elements.FindAll(e => !others.Exists(o => o.Key.Span.SequenceEqual(e.Key.Span) && o.Data.Span.SequenceEqual(e.Data.Span)));

    private static byte[] Key(ReadOnlySpan<byte> address, byte protocol, ushort port)
    {
        byte[] key = new byte[address.Length + 8];
        address.CopyTo(key);
        key[address.Length] = protocol;
        BinaryPrimitives.WriteUInt16BigEndian(key.AsSpan(address.Length + 4), port);
        return key;
    }
}

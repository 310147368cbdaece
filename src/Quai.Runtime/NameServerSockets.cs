using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Quai.Linux;
using Quai.Linux.Netlink;
using Quai.Linux.Nftables;

namespace Quai.Runtime;

/// <summary>The place of a container's name server in its network namespace: two sockets on one port of 127.0.0.11 that the kernel chooses, and rules that lead there whatever is sent to port 53.</summary>
internal static class NameServerSockets
{
    /// <summary>The nftables table with the rules.</summary>
    public const string Table = "quai-dns";

    /// <summary>What the UDP socket holds, in bytes, while nobody reads.</summary>
    public const int ReceiveBytes = 256 * 1024;

    /// <summary>How many connections wait on the TCP socket, while nobody accepts them.</summary>
    public const int Backlog = 128;

    private const string Output = "output", Postrouting = "postrouting";
    private const ushort Port = 53;
    private const byte Tcp = 6, Udp = 17;

    private static readonly byte[] s_address = [127, 0, 0, 11];

    /// <summary>Its address.</summary>
    public static ReadOnlySpan<byte> Address => s_address;

    /// <summary>The rules with the port left out: a transaction, and where in it the port is to be written.</summary>
    public static (byte[] Batch, byte[] PortPlaces, int Ports) PrepareRules()
    {
        List<int> places = [];
        using NftBatch batch = new();
        WriteRules(batch, 0, places);
        return (batch.Prepare(), MemoryMarshal.AsBytes<int>([.. places]).ToArray(), places.Count);
    }

    /// <summary>Makes the sockets and the rules in the network namespace of a process, by a thread that enters it and ends.</summary>
    /// <exception cref="LinuxException">The process is gone, or the kernel refused.</exception>
    /// <exception cref="SocketException">A socket cannot be had.</exception>
    public static async Task<NameSockets> MakeAsync(int pid)
    {
        using FileDescriptor place = NetworkNamespace.OpenOf(pid);
        return await NetworkNamespace.RunAsync(place, Make).ConfigureAwait(false);
    }

    private static NameSockets Make()
    {
        var udp = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        var tcp = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            udp.ReceiveBufferSize = ReceiveBytes;
            udp.Bind(new IPEndPoint(new IPAddress(s_address), 0));
            var chosen = (IPEndPoint)udp.LocalEndPoint!;
            tcp.Bind(chosen);
            tcp.Listen(Backlog);
            using NetlinkSocket netlink = NftBatch.OpenSocket();
            using NftBatch batch = new();

            // What an attempt left that failed later.
            batch.AddTable(Table);
            batch.DeleteTable(Table);
            WriteRules(batch, (ushort)chosen.Port, []);
            batch.Commit(netlink, $"write nftables table {Table}, which leads from 127.0.0.11:53 to the name server");
            return new NameSockets(udp, tcp);
        }
        catch
        {
            udp.Dispose();
            tcp.Dispose();
            throw;
        }
    }

    /// <summary>
    /// What goes to port 53 is sent on to the name server's, and what comes from there comes from port 53. The ports are written into each packet: to translate
    /// by connection, as Docker does, would make the kernel remember every connection of the container, and cost all of its traffic some percent. The
    /// container's own rules see the name server's port, as with Docker: one way it is written before they (and their connection tracking) look, the other after.
    /// </summary>
    private static void WriteRules(NftBatch batch, ushort port, List<int> places)
    {
        const uint R = NftRule.Register;
        batch.AddTable(Table);
        batch.AddChain(Table, Output, NftHook.Output("filter", NftHook.Raw));
        batch.AddChain(Table, Postrouting, NftHook.Postrouting("filter", NftHook.SourceNat));
        foreach (byte protocol in (ReadOnlySpan<byte>)[Udp, Tcp])
        {
            batch.Rule(Table, Output).Destination(s_address, 32).Protocol(protocol).DestinationPort(Port).LoadPort(R, port).Noting(places).WriteDestinationPort(protocol, R);
            batch.Rule(Table, Postrouting).Source(s_address, 32).Protocol(protocol).SourcePort(port).Noting(places).LoadPort(R, Port).WriteSourcePort(protocol, R);
        }
    }
}

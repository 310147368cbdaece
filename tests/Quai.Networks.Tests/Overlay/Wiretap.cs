using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net.Sockets;

namespace Quai.Networks.Tests.Overlay;

/// <summary>Listens to the frames on all interfaces of the namespace it is made in.</summary>
internal sealed class Wiretap : IDisposable
{
    private const ushort AllProtocols = 3;

    private readonly Socket _socket = new(AddressFamily.Packet, SocketType.Raw, (ProtocolType)BinaryPrimitives.ReverseEndianness(AllProtocols));
    private readonly ConcurrentQueue<byte[]> _frames = [];
    private readonly Task _listening;

    public Wiretap() => _listening = Task.Run(async () =>
    {
        byte[] buffer = new byte[4096];
        try
        {
            while (true)
            {
                int length = await _socket.ReceiveAsync(buffer);
                _frames.Enqueue(buffer[..length]);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The test has ended.
        }
    });

    /// <summary>How many packets of VXLAN passed, by the number of their network.</summary>
    public int Vxlan(uint id) => _frames.Count(f =>
        f.Length > 50 && f[12] == 8 && f[13] == 0 && f[23] == 17 && BinaryPrimitives.ReadUInt16BigEndian(f.AsSpan(36)) == 4789 && BinaryPrimitives.ReadUInt32BigEndian(f.AsSpan(46)) >> 8 == id);

    /// <summary>How many packets of ESP passed.</summary>
    public int Encrypted => _frames.Count(f => f.Length > 34 && f[12] == 8 && f[13] == 0 && f[23] == 50);

    /// <summary>Whether bytes passed anywhere as they are.</summary>
    public bool Saw(byte[] bytes) => _frames.Any(f => f.AsSpan().IndexOf(bytes) >= 0);

    public void Dispose()
    {
        _socket.Dispose();
        _listening.Wait();
    }
}

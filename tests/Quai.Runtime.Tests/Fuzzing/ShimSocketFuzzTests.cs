using System.Buffers.Binary;
using System.Globalization;
using Quai.Linux;
using Quai.Linux.Kernel;
using Quai.Linux.Sockets;
using Quai.Plans.Protocol;
using Quai.Runtime.Shims;
using Quai.Runtime.Tests.Shims;

namespace Quai.Runtime.Tests.Fuzzing;

/// <summary>Arbitrary data sent to a shim's socket: the shim survives, keeps no descriptor that it was sent, and the container runs.</summary>
[Collection(FuzzingCollection.Name)]
public sealed class ShimSocketFuzzTests
{
    [Fact]
    public async Task A_shim_bears_any_request()
    {
        await using TestContainer container = new("sleep", "1000");
        container.Launch = container.Launch with { NameSockets = true };
        IShim shim = await container.StartAsync();
        int pid = ParentOf(shim.Pid);
        int before = Descriptors(pid);
        using FileDescriptor nothing = FileCalls.OpenDirectory("/");
        Fuzz.Holds(new Property("shim-requests", async input =>
        {
            using (FileDescriptor socket = UnixSockets.Connect(container.RunDirectory, ShimProtocol.SocketName, IoConstants.SOCK_SEQPACKET)!)
            {
                foreach ((byte[] packet, int descriptors) in Packets(input))
                {
                    UnixSockets.Send(socket.Number, packet, [.. Enumerable.Repeat(nothing.Number, descriptors)]);
                }
            }

            // It answers, and has closed everything that it received.
            await ((ShimClient)shim).QueryAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(20));
            for (int i = 0; Descriptors(pid) > before; i++)
            {
                Assert.True(i < 200, "the shim keeps descriptors");
                await Task.Delay(10);
            }
        })
        {
            Seeds =
            [
                Script((Numbers((int)PacketKind.State, 1), 0)), Script((Numbers((int)PacketKind.Attach, 1, 6), 1), (Numbers((int)PacketKind.Attach, 2, 7), 2)), Script((Numbers((int)PacketKind.Signal, 1, 0), 3)),
                Script(([.. Numbers((int)PacketKind.Resize, 1, 24, 80), .. new byte[64]], 1)), Script(([.. Numbers((int)PacketKind.Exec, 1, 7), .. new byte[64]], 2), (Numbers(99, 1), 2)), Script((Numbers((int)PacketKind.Hello, 1, 9, 9, 5, 5), 1)), Script((Numbers((int)PacketKind.NameSockets, 1), 1), (Numbers((int)PacketKind.NameSockets, 2), 0)),
            ],
            Mutate = ByteMutator.With(Numbers(1), Numbers(3), Numbers(4), Numbers(5), [12, 0, 2], [76, 0, 1], [0xff, 0xff, 0xff, 0x7f]),
            Refuses = static e => e is LinuxException, MaxTime = TimeSpan.FromSeconds(10), MaxAllocation = 256 << 20,
        });
        Assert.False(shim.Exit.IsCompleted);
    }

    /// <summary>An input's packets: each with its length in two bytes and its number of descriptors in one before it. No signal is sent that ends the container.</summary>
    private static IEnumerable<(byte[] Packet, int Descriptors)> Packets(byte[] input)
    {
        for (int at = 0, sent = 0; at + 3 <= input.Length && sent < 20; sent++)
        {
            int length = Math.Min(BinaryPrimitives.ReadUInt16LittleEndian(input.AsSpan(at)) & 0x03ff, input.Length - at - 3);
            byte[] packet = input[(at + 3)..(at + 3 + length)];
            if (length >= 12 && BinaryPrimitives.ReadInt32LittleEndian(packet) == (int)PacketKind.Signal)
            {
                packet.AsSpan(8, 4).Clear();
            }

            yield return (packet, input[at + 2] % 8);
            at += 3 + length;
        }
    }

    private static byte[] Script(params (byte[] Packet, int Descriptors)[] packets) => [.. packets.SelectMany(p => (byte[])[(byte)p.Packet.Length, (byte)(p.Packet.Length >> 8), (byte)p.Descriptors, .. p.Packet])];

    private static byte[] Numbers(params int[] numbers)
    {
        byte[] packet = new byte[numbers.Length * 4];
        Buffer.BlockCopy(numbers, 0, packet, 0, packet.Length);
        return packet;
    }

    private static int ParentOf(int pid) => int.Parse(File.ReadAllText($"/proc/{pid}/stat").Split(") ")[1].Split(' ')[1], CultureInfo.InvariantCulture);

    private static int Descriptors(int pid) => Directory.EnumerateFileSystemEntries($"/proc/{pid}/fd").Count();
}

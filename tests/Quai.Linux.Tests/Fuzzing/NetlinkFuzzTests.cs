using System.Buffers.Binary;
using System.Reflection;
using Quai.Linux.Netlink;
using Quai.Linux.Sockets;
using Xunit;

namespace Quai.Linux.Tests.Fuzzing;

/// <summary>Netlink answers that no kernel gives: lists contain what can be read, or the kernel's refusal is reported.</summary>
[Collection(FuzzingCollection.Name)]
public sealed class NetlinkFuzzTests
{
    private const int Done = 3, Error = 2;

    [Fact]
    public void Lists_are_read_or_refused() => Fuzz.Holds(new Property("netlink-lists", input =>
    {
        foreach (Action<NetlinkSocket> ask in (Action<NetlinkSocket>[])[s => Links.List(s), s => Addresses.List(s), s => Routes.List(s)])
        {
            (FileDescriptor ours, FileDescriptor theirs) = UnixSockets.Pair(5);
            using (theirs)
            {
                using NetlinkSocket socket = Over(ours);
                for (int at = 0; at < input.Length; at += 8192)
                {
                    UnixSockets.Send(theirs.Number, input.AsSpan(at, Math.Min(8192, input.Length - at)), []);
                }

                UnixSockets.Send(theirs.Number, Message(Done, []), []);
                try
                {
                    ask(socket);
                }
                catch (LinuxException e)
                {
                    Assert.NotEmpty(e.Message);
                }
            }
        }
    })
    {
        Seeds =
        [
            [.. Message(16, [0, 0, 1, 0, 5, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, .. Attribute(3, "eth0\0"u8.ToArray()), .. Attribute(4, [0, 5, 0, 0]), .. Attribute(10, [1, 0, 0, 0]), .. Attribute(1, [1, 2, 3, 4, 5, 6]), .. Attribute(18, Attribute(1, "veth\0"u8.ToArray()))])],
            [.. Message(20, [2, 24, 0, 0, 5, 0, 0, 0, .. Attribute(1, [10, 0, 0, 1]), .. Attribute(2, [10, 0, 0, 1]), .. Attribute(3, "eth0\0"u8.ToArray())])],
            [.. Message(24, [2, 0, 0, 0, 254, 3, 0, 1, 0, 0, 0, 0, .. Attribute(5, [10, 0, 0, 1]), .. Attribute(4, [5, 0, 0, 0]), .. Attribute(15, [254, 0, 0, 0])])],
            [.. Message(Error, [0xff, 0xff, 0xff, 0xff, 20, 0, 0, 0, .. new byte[16], .. Attribute(1, "why\0"u8.ToArray())])],
        ],
        Mutate = ByteMutator.With([4, 0, 3, 0], [0, 0], [0xff, 0xff], [16, 0, 0, 0], [5, 0, 10, 0, 1]),
    });

    /// <summary>A netlink socket whose other end is ours: the kernel cannot be made to say such things.</summary>
    private static NetlinkSocket Over(FileDescriptor end) =>
        (NetlinkSocket)typeof(NetlinkSocket).GetConstructor(BindingFlags.NonPublic | BindingFlags.Instance, [typeof(FileDescriptor)])!.Invoke([end]);

    /// <summary>A message that answers the socket's first request.</summary>
    private static byte[] Message(int type, byte[] payload)
    {
        byte[] message = new byte[(16 + payload.Length + 3) & ~3];
        BinaryPrimitives.WriteInt32LittleEndian(message, 16 + payload.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(message.AsSpan(4), (ushort)type);
        BinaryPrimitives.WriteInt32LittleEndian(message.AsSpan(8), 1);
        payload.CopyTo(message, 16);
        return message;
    }

    private static byte[] Attribute(int type, byte[] value)
    {
        byte[] attribute = new byte[(4 + value.Length + 3) & ~3];
        BinaryPrimitives.WriteUInt16LittleEndian(attribute, (ushort)(4 + value.Length));
        BinaryPrimitives.WriteUInt16LittleEndian(attribute.AsSpan(2), (ushort)type);
        value.CopyTo(attribute, 4);
        return attribute;
    }
}

using System.Threading.Channels;
using Google.Protobuf;
using Grpc.Core;
using Quai.BuildProtocol.Files;
using Quai.BuildTransfer;
using Quai.Errors;

namespace Quai.BuildKit.Tests.Fuzzing;

/// <summary>A client that sends its directory in any order and with any content is served or refused, and in any case there is an end.</summary>
[Collection(FuzzingCollection.Name)]
public sealed class PacketFuzzTests
{
    [Fact]
    public void A_transfer_ends() => Fuzz.Holds(new Property("tree-packets", async input =>
    {
        var incoming = new Incoming(Packets(input));
        var exchange = new PacketExchange("client", incoming, new Outgoing(), () => Task.CompletedTask);
        await new TreeReceiver(exchange, new Sink()).RunAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(10));
    })
    {
        Seeds =
        [
            Bytes(new Packet { Type = Packet.Types.PacketType.PacketStat, Stat = new Stat { Path = "a", Mode = 0x1a4, Size = 3 } }, new Packet { Type = Packet.Types.PacketType.PacketStat },
                new Packet { Type = Packet.Types.PacketType.PacketData, ID = 0, Data = ByteString.CopyFromUtf8("abc") }, new Packet { Type = Packet.Types.PacketType.PacketData, ID = 0 },
                new Packet { Type = Packet.Types.PacketType.PacketFin }),
            Bytes(new Packet { Type = Packet.Types.PacketType.PacketErr, Data = ByteString.CopyFromUtf8("no") }),
        ],
    });

    private static byte[] Bytes(params Packet[] packets)
    {
        using var bytes = new MemoryStream();
        foreach (Packet packet in packets)
        {
            packet.WriteDelimitedTo(bytes);
        }

        return bytes.ToArray();
    }

    private static List<Packet> Packets(byte[] input)
    {
        List<Packet> packets = [];
        using var stream = new MemoryStream(input);
        try
        {
            while (stream.Position < stream.Length)
            {
                packets.Add(Packet.Parser.ParseDelimitedFrom(stream));
            }
        }
        catch (InvalidProtocolBufferException)
        {
            // What is whole is sent, and then nothing.
        }

        return packets;
    }

    private sealed class Incoming(List<Packet> packets) : IAsyncStreamReader<Packet>
    {
        private int _at = -1;

        public Packet Current => packets[_at];

        public Task<bool> MoveNext(CancellationToken cancellationToken) => Task.FromResult(++_at < packets.Count);
    }

    private sealed class Outgoing : IAsyncStreamWriter<Packet>
    {
        private readonly Channel<Packet> _sent = Channel.CreateUnbounded<Packet>();

        public WriteOptions? WriteOptions { get; set; }

        public Task WriteAsync(Packet message) => _sent.Writer.WriteAsync(message).AsTask();

        public Task WriteAsync(Packet message, CancellationToken cancellationToken) => _sent.Writer.WriteAsync(message, cancellationToken).AsTask();
    }

    private sealed class Sink : IContextUpdate
    {
        public bool Take(ContextEntry entry) => entry.Kind == ContextEntryKind.File && entry.Path.Length > 0 ? true : entry.Path.Length > 0 ? false : throw QuaiException.Invalid("an entry has no name");

        public Stream Open(int index) => new MemoryStream();
    }
}

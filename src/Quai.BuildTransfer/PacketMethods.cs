using Google.Protobuf;
using Grpc.Core;
using Quai.BuildProtocol.Files;

namespace Quai.BuildTransfer;

/// <summary>Methods of clients that generated code does not have as they are used.</summary>
public static class PacketMethods
{
    private static readonly Marshaller<Packet> s_packet = Marshallers.Create(
        (packet, context) =>
        {
            context.SetPayloadLength(packet.CalculateSize());
            packet.WriteTo(context.GetBufferWriter());
            context.Complete();
        },
        context => Packet.Parser.ParseFrom(context.PayloadAsReadOnlySequence()));

    /// <summary>By its definition <c>FileSend.DiffCopy</c> carries pieces of one file; for a tree both sides send packets by the same name.</summary>
    public static Method<Packet, Packet> FileSend { get; } = new(MethodType.DuplexStreaming, "moby.filesync.v1.FileSend", "DiffCopy", s_packet, s_packet);
}

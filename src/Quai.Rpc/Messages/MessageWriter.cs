using System.Buffers;
using System.Buffers.Binary;
using Grpc.Core;

namespace Quai.Rpc.Messages;

/// <summary>Writes messages of a gRPC stream.</summary>
internal static class MessageWriter
{
    /// <summary>Bytes before a message.</summary>
    public const int HeaderSize = 5;

    /// <summary>Writes one, uncompressed.</summary>
    public static void Write<T>(IBufferWriter<byte> to, T message, Marshaller<T> marshaller) => marshaller.ContextualSerializer(message, new Payload(to));

    private sealed class Payload(IBufferWriter<byte> to) : SerializationContext
    {
        public override void SetPayloadLength(int payloadLength)
        {
            Span<byte> header = to.GetSpan(HeaderSize);
            header[0] = 0;
            BinaryPrimitives.WriteInt32BigEndian(header[1..], payloadLength);
            to.Advance(HeaderSize);
        }

        public override IBufferWriter<byte> GetBufferWriter() => to;

        public override void Complete()
        {
        }

        public override void Complete(byte[] payload)
        {
            SetPayloadLength(payload.Length);
            to.Write(payload);
        }
    }
}

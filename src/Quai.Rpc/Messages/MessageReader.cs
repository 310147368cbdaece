using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using Grpc.Core;

namespace Quai.Rpc.Messages;

/// <summary>
/// Reads the messages of a gRPC stream: each a byte that says whether it is compressed, its length in four bytes, and its bytes.
/// Compression is not spoken: the other side is told so and does not use it.
/// </summary>
/// <param name="pipe">Where they come from.</param>
/// <param name="marshaller">How one is read.</param>
internal sealed class MessageReader<T>(PipeReader pipe, Marshaller<T> marshaller) : IAsyncStreamReader<T>
    where T : class
{
    /// <summary>The largest message, as BuildKit has it: 16 MB.</summary>
    public const int Largest = 16 << 20;

    /// <inheritdoc/>
    public T Current { get; private set; } = null!;

    /// <inheritdoc/>
    public async Task<bool> MoveNext(CancellationToken cancellationToken)
    {
        while (true)
        {
            ReadResult read = await pipe.ReadAsync(cancellationToken).ConfigureAwait(false);
            if (TryTake(read.Buffer, out SequencePosition used))
            {
                pipe.AdvanceTo(used);
                return true;
            }

            if (read.IsCompleted)
            {
                bool whole = read.Buffer.IsEmpty;
                pipe.AdvanceTo(read.Buffer.End);
                return whole ? false : throw new RpcException(new Status(StatusCode.Internal, "a message was cut off"));
            }

            pipe.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    /// <summary>The only message of a call.</summary>
    /// <exception cref="RpcException">There is none.</exception>
    public async Task<T> SingleAsync(CancellationToken cancellation)
    {
        T single = await MoveNext(cancellation).ConfigureAwait(false) ? Current : throw new RpcException(new Status(StatusCode.Internal, "the call has no message"));

        // The request is over when its stream is: where the answer overtakes that, HTTP/2 resets the stream.
        return await MoveNext(cancellation).ConfigureAwait(false) ? throw new RpcException(new Status(StatusCode.Internal, "the call has several messages")) : single;
    }

    private bool TryTake(ReadOnlySequence<byte> buffer, out SequencePosition used)
    {
        used = buffer.Start;
        if (buffer.Length < MessageWriter.HeaderSize)
        {
            return false;
        }

        Span<byte> header = stackalloc byte[MessageWriter.HeaderSize];
        buffer.Slice(0, MessageWriter.HeaderSize).CopyTo(header);
        if (header[0] != 0)
        {
            throw new RpcException(new Status(StatusCode.Unimplemented, "compressed messages are not read"));
        }

        uint length = BinaryPrimitives.ReadUInt32BigEndian(header[1..]);
        if (length > Largest)
        {
            throw new RpcException(new Status(StatusCode.ResourceExhausted, $"a message of {length} bytes is larger than the most, {Largest}"));
        }

        if (buffer.Length < MessageWriter.HeaderSize + length)
        {
            return false;
        }

        Current = marshaller.ContextualDeserializer(new Payload(buffer.Slice(MessageWriter.HeaderSize, length)));
        used = buffer.GetPosition(MessageWriter.HeaderSize + length);
        return true;
    }

    private sealed class Payload(ReadOnlySequence<byte> bytes) : DeserializationContext
    {
        public override int PayloadLength => (int)bytes.Length;

        public override byte[] PayloadAsNewBuffer() => bytes.ToArray();

        public override ReadOnlySequence<byte> PayloadAsReadOnlySequence() => bytes;
    }
}

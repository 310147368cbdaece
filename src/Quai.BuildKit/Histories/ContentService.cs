using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Quai.Build.History;
using Quai.BuildProtocol.Content;
using Quai.Errors;
using Quai.Oci.Images;
using Status = Grpc.Core.Status;

namespace Quai.BuildKit.Histories;

/// <summary>The blobs that records of builds name, by containerd's content service: they are read, and nothing else.</summary>
internal sealed class ContentService(IBuildHistory history) : Content.ContentBase
{
    private const int Piece = 1 << 20;

    /// <inheritdoc/>
    public override Task<InfoResponse> Info(InfoRequest request, ServerCallContext context)
    {
        Digest digest = DigestOf(request.Digest);
        long size = history.SizeOf(digest) ?? throw Missing(digest);
        return Task.FromResult(new InfoResponse { Info = new Info { Digest = request.Digest, Size = size, CreatedAt = new Timestamp(), UpdatedAt = new Timestamp() } });
    }

    /// <inheritdoc/>
    public override async Task Read(ReadContentRequest request, IServerStreamWriter<ReadContentResponse> responseStream, ServerCallContext context)
    {
        Digest digest = DigestOf(request.Digest);
        if (history.SizeOf(digest) is null)
        {
            throw Missing(digest);
        }

        await using Stream stream = history.Open(digest);
        if (request.Offset < 0 || request.Offset > stream.Length || request.Size < 0)
        {
            throw new RpcException(new Status(StatusCode.OutOfRange, $"content {digest} has {stream.Length} bytes: {request.Offset} and {request.Size} are not in it"));
        }

        stream.Position = request.Offset;
        long left = request.Size > 0 ? Math.Min(request.Size, stream.Length - request.Offset) : stream.Length - request.Offset;
        byte[] buffer = new byte[(int)Math.Min(Piece, Math.Max(1, left))];
        while (left > 0)
        {
            long offset = stream.Position;
            int count = await stream.ReadAtLeastAsync(buffer, (int)Math.Min(buffer.Length, left), throwOnEndOfStream: true, context.CancellationToken);
            await responseStream.WriteAsync(new ReadContentResponse { Offset = offset, Data = ByteString.CopyFrom(buffer, 0, (int)Math.Min(count, left)) }, context.CancellationToken);
            left -= count;
        }
    }

    private static Digest DigestOf(string text) => Digest.TryParse(text, out Digest digest) ? digest : throw new RpcException(new Status(StatusCode.InvalidArgument, $"\"{text}\" is no digest"));

    // Clients tell by the status that there is none.
    private static RpcException Missing(Digest digest) => new(new Status(StatusCode.NotFound, $"content {digest}: not found"));
}

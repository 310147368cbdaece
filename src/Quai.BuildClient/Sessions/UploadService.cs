using Google.Protobuf;
using Grpc.Core;
using Quai.BuildProtocol.Uploads;

namespace Quai.BuildClient.Sessions;

/// <summary>Sends archives that are contexts, each once.</summary>
/// <param name="archives">The archives by their ids.</param>
internal sealed class UploadService(IReadOnlyDictionary<string, Stream> archives) : Upload.UploadBase
{
    private const int Piece = 256 << 10;

    /// <inheritdoc/>
    public override async Task Pull(IAsyncStreamReader<BytesMessage> requestStream, IServerStreamWriter<BytesMessage> responseStream, ServerCallContext context)
    {
        string id = SessionHeaders.First(context, "urlpath").TrimStart('/');
        if (!archives.TryGetValue(id, out Stream? archive))
        {
            throw new RpcException(new Status(StatusCode.NotFound, $"no such upload: {id}"));
        }

        byte[] piece = new byte[Piece];
        int count;
        while ((count = await archive.ReadAsync(piece, context.CancellationToken).ConfigureAwait(false)) > 0)
        {
            // It is serialized before the write returns, so the buffer is free then.
            await responseStream.WriteAsync(new BytesMessage { Data = UnsafeByteOperations.UnsafeWrap(piece.AsMemory(0, count)) }, context.CancellationToken).ConfigureAwait(false);
        }
    }
}

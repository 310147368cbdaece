using Google.Protobuf;
using Grpc.Core;
using Quai.Build.Sessions;
using Quai.BuildProtocol.Content;
using Quai.Oci.Images;
using Quai.Rpc.Calling;

namespace Quai.BuildKit.Sessions;

/// <summary>A client's blobs, by containerd's content service.</summary>
/// <param name="store">Which of the client's stores.</param>
/// <param name="calls">Calls to the client.</param>
internal sealed class ClientContent(string store, SessionCalls calls) : IClientContent
{
    private const int Piece = 1 << 20;

    private Content.ContentClient Client => new(calls.Invoker);

    /// <inheritdoc/>
    public async Task<Stream> OpenAsync(Digest digest, CancellationToken cancellation)
    {
        InfoResponse found = await calls.MakeAsync(token => Client.InfoAsync(new InfoRequest { Digest = digest.ToString() }, Headers(), cancellationToken: token).ResponseAsync, cancellation).ConfigureAwait(false);
        CancellationTokenSource life = calls.Link(cancellation);
        AsyncServerStreamingCall<ReadContentResponse> call = Client.Read(new ReadContentRequest { Digest = digest.ToString(), Size = found.Info.Size }, Headers(), cancellationToken: life.Token);
        return new ContentStream(call, new CallLife(life, calls, cancellation));
    }

    /// <inheritdoc/>
    public Task WriteAsync(Digest digest, Stream content, CancellationToken cancellation) => calls.MakeAsync(
        async token =>
        {
            string name = "upload-" + digest.Hex;
            long total = content.Length - content.Position;
            using AsyncDuplexStreamingCall<WriteContentRequest, WriteContentResponse> call = Client.Write(Headers(), cancellationToken: token);
            try
            {
                WriteContentResponse state = await AskAsync(call, new WriteContentRequest { Action = WriteAction.Stat, Ref = name, Total = total, Expected = digest.ToString() }, token).ConfigureAwait(false);
                long offset = state.Offset;
                content.Seek(offset, SeekOrigin.Current);
                byte[] buffer = new byte[Piece];
                int count;
                while ((count = await content.ReadAsync(buffer, token).ConfigureAwait(false)) > 0)
                {
                    await AskAsync(call, new WriteContentRequest { Action = WriteAction.Write, Ref = name, Offset = offset, Data = ByteString.CopyFrom(buffer, 0, count) }, token).ConfigureAwait(false);
                    offset += count;
                }

                await AskAsync(call, new WriteContentRequest { Action = WriteAction.Commit, Ref = name, Offset = offset, Total = total, Expected = digest.ToString() }, token).ConfigureAwait(false);
                await call.RequestStream.CompleteAsync().ConfigureAwait(false);
            }
            catch (RpcException e) when (e.StatusCode == StatusCode.AlreadyExists)
            {
                // It has it.
            }

            return true;
        },
        cancellation);

    private static async Task<WriteContentResponse> AskAsync(AsyncDuplexStreamingCall<WriteContentRequest, WriteContentResponse> call, WriteContentRequest request, CancellationToken cancellation)
    {
        try
        {
            await call.RequestStream.WriteAsync(request, cancellation).ConfigureAwait(false);
        }
        catch (Exception e) when (e is InvalidOperationException or RpcException { StatusCode: StatusCode.OK or StatusCode.Unknown })
        {
            // That nothing more is taken is all that a write learns; why, the answer says.
        }

        return await call.ResponseStream.MoveNext(cancellation).ConfigureAwait(false)
            ? call.ResponseStream.Current
            : throw new RpcException(new Grpc.Core.Status(StatusCode.Aborted, "the client ended the transfer of a blob"));
    }

    private Metadata Headers()
    {
        Metadata headers = [];
        StreamInvoker.AddAll(headers, "buildkit-attachable-store-id", [store]);
        return headers;
    }
}

using System.IO.Pipelines;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Quai.Rpc.Messages;

namespace Quai.Rpc.Serving;

/// <summary>The messages that a call answers.</summary>
internal sealed class ResponseStream<T>(HttpContext http, Marshaller<T> marshaller) : IServerStreamWriter<T>
    where T : class
{
    /// <summary>How many bytes may wait for a message that follows at once.</summary>
    private const int MostWaiting = 64 << 10;

    /// <inheritdoc/>
    public WriteOptions? WriteOptions { get; set; }

    /// <inheritdoc/>
    public Task WriteAsync(T message) => WriteAsync(message, CancellationToken.None);

    /// <inheritdoc/>
    public async Task WriteAsync(T message, CancellationToken cancellationToken)
    {
        PipeWriter writer = http.Response.BodyWriter;
        MessageWriter.Write(writer, message, marshaller);
        if (WriteOptions?.Flags.HasFlag(WriteFlags.BufferHint) == true && writer.CanGetUnflushedBytes && writer.UnflushedBytes < MostWaiting)
        {
            return;
        }

        FlushResult flushed = await writer.FlushAsync(cancellationToken).ConfigureAwait(false);
        if (flushed.IsCompleted || flushed.IsCanceled)
        {
            throw new RpcException(new Status(StatusCode.Cancelled, "the client has gone"));
        }
    }
}

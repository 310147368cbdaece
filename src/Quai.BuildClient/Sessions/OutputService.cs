using Google.Protobuf;
using Grpc.Core;
using Quai.BuildClient.Files;
using Quai.BuildProtocol.ClientFiles;
using Quai.BuildProtocol.Files;
using Quai.BuildTransfer;
using Quai.Errors;
using Quai.Rpc.Messages;

namespace Quai.BuildClient.Sessions;

/// <summary>Takes results. One method brings either a tree's packets or an archive's bytes, as whoever asked for the result knows.</summary>
/// <param name="targets">Where each of the build's exports goes; null for those that the builder keeps.</param>
internal sealed class OutputService(IReadOnlyList<OutputTarget?> targets)
{
    private static readonly Marshaller<byte[]> s_bytes = Marshallers.Create(static b => b, static b => b);

    /// <summary>Adds the method.</summary>
    public void Bind(ServiceBinderBase binder) =>
        binder.AddMethod(new Method<byte[], byte[]>(MethodType.DuplexStreaming, "moby.filesync.v1.FileSend", "DiffCopy", s_bytes, s_bytes), TakeAsync);

    private async Task TakeAsync(IAsyncStreamReader<byte[]> requests, IServerStreamWriter<byte[]> answers, ServerCallContext context)
    {
        string index = SessionHeaders.First(context, "buildkit-attachable-exporter-id");
        OutputTarget? target = index.Length == 0 ? targets.FirstOrDefault(t => t is not null) : int.TryParse(index, out int number) ? targets.ElementAtOrDefault(number) : null;
        if (target?.Folder is { } folder)
        {
            WholeFile.MakeFolder(folder);
            var into = new FolderTarget(folder);
            await new TreeReceiver(new PacketExchange("builder", new Reader<Packet>(requests, Packet.Parser.ParseFrom), new Writer<Packet>(answers), null), into).RunAsync(context.CancellationToken).ConfigureAwait(false);
            into.Finish();
            return;
        }

        if (target?.Take is not { } take)
        {
            throw QuaiException.Invalid("the builder sends a result that was not asked for");
        }

        var stream = new TunnelStream<byte[]>(requests, answers, b => b.ToArray(), m => BytesMessage.Parser.ParseFrom(m).Data.Memory);
        await using (stream.ConfigureAwait(false))
        {
            await take(stream, context.CancellationToken).ConfigureAwait(false);
        }
    }

    private sealed class Reader<T>(IAsyncStreamReader<byte[]> inner, Func<byte[], T> parse) : IAsyncStreamReader<T>
    {
        public T Current { get; private set; } = default!;

        public async Task<bool> MoveNext(CancellationToken cancellationToken)
        {
            bool more = await inner.MoveNext(cancellationToken).ConfigureAwait(false);
            Current = more ? parse(inner.Current) : default!;
            return more;
        }
    }

    private sealed class Writer<T>(IServerStreamWriter<byte[]> inner) : IAsyncStreamWriter<T>
        where T : IMessage
    {
        public WriteOptions? WriteOptions { get => inner.WriteOptions; set => inner.WriteOptions = value; }

        public Task WriteAsync(T message) => inner.WriteAsync(message.ToByteArray());

        public Task WriteAsync(T message, CancellationToken cancellationToken) => inner.WriteAsync(message.ToByteArray(), cancellationToken);
    }
}

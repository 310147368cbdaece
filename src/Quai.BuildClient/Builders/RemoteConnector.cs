using System.Net;
using System.Net.Sockets;
using Google.Protobuf;
using Grpc.Core;
using Quai.BuildProtocol.Control;
using Quai.Client;
using Quai.Client.Transport;
using Quai.Rpc.Messages;

namespace Quai.BuildClient.Builders;

/// <summary>A builder that speaks gRPC and nothing else, such as BuildKit's own daemon. It has no images; a session is a call.</summary>
/// <param name="endpoint">Where it listens.</param>
public sealed class RemoteConnector(Endpoint endpoint) : IBuilderConnector
{
    /// <inheritdoc/>
    public bool KeepsImages => false;

    /// <inheritdoc/>
    public async Task<Stream> OpenAsync(CancellationToken cancellation)
    {
        bool local = endpoint.SocketPath is not null;
        var socket = local ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) : new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(local ? new UnixDomainSocketEndPoint(endpoint.SocketPath!) : new DnsEndPoint(endpoint.Host, endpoint.Port), cancellation).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw new ConnectionException($"failed to connect to the builder at {endpoint.Text}: {e.Message.ToLowerInvariant()}");
        }
    }

    /// <inheritdoc/>
    public Task<Stream> OpenSessionAsync(CallInvoker invoker, IReadOnlyList<KeyValuePair<string, string>> headers, CancellationToken cancellation)
    {
        Metadata metadata = [];
        foreach (IGrouping<string, KeyValuePair<string, string>> header in headers.GroupBy(h => h.Key.ToLowerInvariant()))
        {
            Rpc.Calling.StreamInvoker.AddAll(metadata, header.Key, [.. header.Select(h => h.Value)]);
        }

        AsyncDuplexStreamingCall<BytesMessage, BytesMessage> call = new Control.ControlClient(invoker).Session(metadata, cancellationToken: CancellationToken.None);
        return Task.FromResult<Stream>(new CallStream(call));
    }

    private sealed class CallStream(AsyncDuplexStreamingCall<BytesMessage, BytesMessage> call) : TwoWayStream
    {
        private readonly TunnelStream<BytesMessage> _inner = new(
            call.ResponseStream, call.RequestStream, bytes => new BytesMessage { Data = UnsafeByteOperations.UnsafeWrap(bytes) }, m => m.Data.Memory);

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => _inner.ReadAsync(buffer, cancellationToken);

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => _inner.WriteAsync(buffer, cancellationToken);

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                _inner.Dispose();
                call.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}

using System.Net;
using Grpc.Core;
using Grpc.Net.Client;
using Quai.Rpc.Messages;

namespace Quai.Rpc.Calling;

/// <summary>Calls a gRPC server at the other end of a stream that is there already: a client that has turned its connection round and serves its builder.</summary>
public sealed class StreamInvoker : IDisposable
{
    private readonly GrpcChannel _channel;

    /// <param name="stream">The connection, from now on this object's.</param>
    public StreamInvoker(Stream stream)
    {
        Stream? once = new RepeatedHeaders(stream);
        _channel = GrpcChannel.ForAddress("http://client", new GrpcChannelOptions
        {
            HttpHandler = new SocketsHttpHandler
            {
                // There is this connection, and never another.
                ConnectCallback = (_, _) => Interlocked.Exchange(ref once, null) is { } first ? new(first) : throw new IOException("the client's connection has ended"),
                PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
                PooledConnectionLifetime = Timeout.InfiniteTimeSpan,
                EnableMultipleHttp2Connections = false,
                UseProxy = false,

                // In KiB. Why a call failed may quote a long line of a Dockerfile.
                MaxResponseHeadersLength = 128,
            },
            DisposeHttpClient = true,
            MaxReceiveMessageSize = MessageReader<object>.Largest,
            MaxSendMessageSize = MessageReader<object>.Largest,
            MaxRetryAttempts = 1,
        });
        Invoker = _channel.CreateCallInvoker();
    }

    /// <summary>What generated clients call by.</summary>
    public CallInvoker Invoker { get; }

    /// <summary>Adds values of one header, as Go's servers read them: each a field of its own.</summary>
    /// <param name="headers">The headers of a call.</param>
    /// <param name="name">The header's name.</param>
    /// <param name="values">Its values; with none there is no header. What is not printable ASCII is escaped, and a header <c>NAME-encoded</c> says so.</param>
    public static void AddAll(Metadata headers, string name, IReadOnlyCollection<string> values)
    {
        if (values.Count == 0)
        {
            return;
        }

        bool escape = values.Any(v => v.AsSpan().ContainsAnyExceptInRange(' ', '~'));
        if (escape)
        {
            headers.Add(name + "-encoded", "1");
        }

        headers.Add(name, string.Join(RepeatedHeaders.Separator, escape ? values.Select(Uri.EscapeDataString) : values));
    }

    /// <inheritdoc/>
    public void Dispose() => _channel.Dispose();
}

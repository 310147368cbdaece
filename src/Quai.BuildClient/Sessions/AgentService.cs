using System.Net.Sockets;
using Google.Protobuf;
using Grpc.Core;
using Quai.BuildProtocol.Ssh;
using Quai.Rpc.Messages;

namespace Quai.BuildClient.Sessions;

/// <summary>Forwards connections to agents of ssh.</summary>
/// <param name="agents">The agents.</param>
internal sealed class AgentService(IReadOnlyCollection<AgentSource> agents) : SSH.SSHBase
{
    private const string Default = "default";

    /// <inheritdoc/>
    public override Task<CheckAgentResponse> CheckAgent(CheckAgentRequest request, ServerCallContext context)
    {
        Find(request.ID);
        return Task.FromResult(new CheckAgentResponse());
    }

    /// <inheritdoc/>
    public override async Task ForwardAgent(IAsyncStreamReader<BytesMessage> requestStream, IServerStreamWriter<BytesMessage> responseStream, ServerCallContext context)
    {
        AgentSource agent = Find(SessionHeaders.First(context, "buildkit.ssh.id"));
        if (agent.Own is { } own)
        {
            TunnelStream<BytesMessage> asking = Tunnel(requestStream, responseStream);
            await using (asking.ConfigureAwait(false))
            {
                await own.ServeAsync(asking, context.CancellationToken).ConfigureAwait(false);
            }

            return;
        }

        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(agent.SocketPath), context.CancellationToken).ConfigureAwait(false);
        }
        catch (SocketException e)
        {
            throw new RpcException(new Status(StatusCode.Unknown, $"failed to connect to {agent.SocketPath}: {e.Message}"));
        }

        var near = new NetworkStream(socket);
        TunnelStream<BytesMessage> far = Tunnel(requestStream, responseStream);
        await using (near.ConfigureAwait(false))
        await using (far.ConfigureAwait(false))
        {
            using var both = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken);
            Task[] ways = [near.CopyToAsync(far, both.Token), far.CopyToAsync(near, both.Token)];
            await Task.WhenAny(ways).ConfigureAwait(false);
            await both.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(ways).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static TunnelStream<BytesMessage> Tunnel(IAsyncStreamReader<BytesMessage> requests, IServerStreamWriter<BytesMessage> responses) =>
        new(requests, responses, bytes => new BytesMessage { Data = UnsafeByteOperations.UnsafeWrap(bytes) }, m => m.Data.Memory);

    private AgentSource Find(string id)
    {
        string asked = id.Length == 0 ? Default : id;
        return agents.LastOrDefault(a => a.Id == asked) ?? throw new RpcException(new Status(StatusCode.NotFound, $"unset ssh forward key {asked}"));
    }
}

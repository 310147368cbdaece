using Grpc.Core;
using Quai.BuildProtocol.Files;

namespace Quai.BuildTransfer;

/// <summary>The two directions in which the packets of a tree go. The builder calls and the client is called, whichever of them has the tree.</summary>
/// <param name="peer">Who is at the other end, for messages.</param>
/// <param name="incoming">What the peer sends.</param>
/// <param name="outgoing">What it is sent.</param>
/// <param name="complete">Says that nothing more is sent; null for the side that is called, which says so by its call's end.</param>
public sealed class PacketExchange(string peer, IAsyncStreamReader<Packet> incoming, IAsyncStreamWriter<Packet> outgoing, Func<Task>? complete)
{
    private static readonly WriteOptions s_more = new(WriteFlags.BufferHint), s_last = new();

    /// <summary>Of a call that the builder makes.</summary>
    /// <param name="call">The call.</param>
    public static PacketExchange Calling(AsyncDuplexStreamingCall<Packet, Packet> call) => new("client", call.ResponseStream, call.RequestStream, call.RequestStream.CompleteAsync);

    /// <summary>Of a call that the client serves.</summary>
    /// <param name="requests">The builder's packets.</param>
    /// <param name="answers">Those for it.</param>
    public static PacketExchange Serving(IAsyncStreamReader<Packet> requests, IServerStreamWriter<Packet> answers) => new("builder", requests, answers, null);

    /// <summary>Who is at the other end.</summary>
    public string Peer => peer;

    /// <summary>The packet that came last.</summary>
    public Packet Current => incoming.Current;

    /// <summary>Waits for the next packet.</summary>
    /// <returns>Whether there is one.</returns>
    public Task<bool> NextAsync(CancellationToken cancellation) => incoming.MoveNext(cancellation);

    /// <summary>Sends a packet; one call at a time.</summary>
    /// <param name="packet">The packet.</param>
    /// <param name="more">Whether others follow at once, so that it may wait for them.</param>
    /// <param name="cancellation">Gives up.</param>
    public Task SendAsync(Packet packet, bool more, CancellationToken cancellation)
    {
        outgoing.WriteOptions = more ? s_more : s_last;
        return outgoing.WriteAsync(packet, cancellation);
    }

    /// <summary>Ends the exchange once all has been said. The side that called says so and waits for the other's end; the one that was called ends by returning: its builder waits for that.</summary>
    public async Task EndAsync(CancellationToken cancellation)
    {
        if (complete is not null)
        {
            await complete().ConfigureAwait(false);
            await DrainAsync(cancellation).ConfigureAwait(false);
        }
    }

    // Nothing is expected after the end, but the call is over only when its stream is.
    private async Task DrainAsync(CancellationToken cancellation)
    {
        while (await incoming.MoveNext(cancellation).ConfigureAwait(false))
        {
        }
    }
}

using System.Collections.Concurrent;
using System.Net.Sockets;
using Quai.Linux;
using Quai.Linux.Sockets;
using Quai.Plans.Protocol;

namespace Quai.Runtime.Shims;

/// <summary>Packets to and from a shim: matches answers with their requests, passes events to a listener.</summary>
internal sealed class ShimChannel : IDisposable
{
    private readonly string _id;
    private readonly Socket _socket;
    private readonly ConcurrentDictionary<int, TaskCompletionSource<byte[]>> _requests = new();
    private int _nextRequest;
    private bool _gone;

    /// <summary>Takes over a connection. Nothing is received before <see cref="ReceiveAsync"/>.</summary>
    /// <param name="id">The container's id, for errors.</param>
    /// <param name="control">The connected socket.</param>
    public ShimChannel(string id, FileDescriptor control)
    {
        _id = id;
        _socket = new Socket(new SafeSocketHandle(control.Number, ownsHandle: true));
        control.SetHandleAsInvalid();
    }

    /// <summary>Receives an event: its kind, and its packet.</summary>
    internal delegate void EventTaker(PacketKind kind, ReadOnlySpan<byte> packet);

    /// <summary>Sends a request and waits for its answer.</summary>
    /// <param name="request">Creates the request with the given head.</param>
    /// <param name="kind">Its kind.</param>
    /// <param name="descriptors">Descriptors sent with it.</param>
    /// <param name="cancellation">Ends the wait, not the requested operation.</param>
    /// <returns>The answer's packet.</returns>
    /// <exception cref="ShimLostException">The shim is gone.</exception>
    public async Task<byte[]> AskAsync<T>(Func<PacketHead, T> request, PacketKind kind, int[] descriptors, CancellationToken cancellation)
        where T : unmanaged
    {
        int number = Interlocked.Increment(ref _nextRequest);
        TaskCompletionSource<byte[]> completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _requests[number] = completion;
        try
        {
            if (Volatile.Read(ref _gone))
            {
                throw new ShimLostException(_id);
            }

            T packet = request(new PacketHead(kind, number));
            UnixSockets.Send((int)_socket.SafeHandle.DangerousGetHandle(), Packet.Bytes(ref packet), descriptors);
            return await completion.Task.WaitAsync(cancellation).ConfigureAwait(false);
        }
        catch (Exception e) when (e is ObjectDisposedException or LinuxException { Call: "sendmsg" })
        {
            throw new ShimLostException(_id);
        }
        finally
        {
            _requests.TryRemove(number, out _);
        }
    }

    /// <summary>Receives until the connection ends; then every pending request fails.</summary>
    public async Task ReceiveAsync(EventTaker take)
    {
        byte[] buffer = new byte[ShimProtocol.MaximumPacket];
        try
        {
            while (true)
            {
                int got = await _socket.ReceiveAsync(buffer, SocketFlags.None).ConfigureAwait(false);
                if (got < Packet.HeadLength)
                {
                    break;
                }

                Deliver(buffer.AsSpan(0, got), take);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
        }

        Volatile.Write(ref _gone, true);
        foreach (TaskCompletionSource<byte[]> request in _requests.Values)
        {
            request.TrySetException(new ShimLostException(_id));
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();

    private void Deliver(ReadOnlySpan<byte> packet, EventTaker take)
    {
        PacketHead head = Packet.Read<PacketHead>(packet);
        if (head.Request == 0)
        {
            take(head.Kind, packet);
        }
        else if (_requests.TryGetValue(head.Request, out TaskCompletionSource<byte[]>? completion))
        {
            completion.TrySetResult(packet.ToArray());
        }
    }
}

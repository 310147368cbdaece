using System.Buffers;
using System.Net.Sockets;
using Quai.Engine.Containers;
using Quai.Runtime;

namespace Quai.Engine.Attach;

/// <summary>A client of a program's streams. The program's end may come later: a client may attach before the start.</summary>
internal sealed class AttachSession(bool tty, AttachStreams? streams, DetachKeys? detachKeys) : IAttachSession
{
    private const int BufferSize = 16 << 10;
    private readonly TaskCompletionSource<AttachConnection?> _connection = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _disposed;

    /// <inheritdoc/>
    public bool Tty => tty;

    /// <summary>The streams that the client wants; null for only the log so far.</summary>
    public AttachStreams? Streams => streams;

    /// <summary>What to send before the live streams.</summary>
    public IAsyncEnumerable<ReadOnlyMemory<byte>>? Log { get; init; }

    /// <summary>Called if the session ends while still waiting for the start.</summary>
    public Action<AttachSession>? Ended { get; init; }

    /// <summary>Called when the client detached by its keys.</summary>
    public Action? Detached { get; init; }

    /// <summary>What the end of output waits for: a client that saw it may ask for the exit code at once. Null for nothing.</summary>
    public Task? Completed { get; init; }

    /// <summary>Provides the program's end of the streams, or null if there will be none.</summary>
    public void Connect(AttachConnection? connection)
    {
        if (!_connection.TrySetResult(connection) || (Volatile.Read(ref _disposed) != 0 && connection is not null))
        {
            connection?.Socket.Dispose();
        }
    }

    /// <inheritdoc/>
    public async Task RunAsync(Stream fromClient, Stream toClient, CancellationToken cancellation)
    {
        if (Log is not null)
        {
            await foreach (ReadOnlyMemory<byte> chunk in Log.WithCancellation(cancellation).ConfigureAwait(false))
            {
                await toClient.WriteAsync(chunk, cancellation).ConfigureAwait(false);
            }

            await toClient.FlushAsync(cancellation).ConfigureAwait(false);
        }

        if (streams is null || await _connection.Task.WaitAsync(cancellation).ConfigureAwait(false) is not { } connection)
        {
            return;
        }

        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Task output = CopyOutputAsync(connection, toClient, both.Token);
        Task<bool> input = streams.Stdin ? CopyInputAsync(fromClient, connection, both.Token) : Task.FromResult(false);
        try
        {
            await Task.WhenAny(output, input).ConfigureAwait(false);
            if (!output.IsCompleted && await input.ConfigureAwait(false))
            {
                Detached?.Invoke();
                return;
            }

            await output.ConfigureAwait(false);
            if (Completed is not null)
            {
                await Completed.WaitAsync(cancellation).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException)
        {
            // The client went away, or the program's end did: either way nothing is left to copy.
        }
        finally
        {
            await both.CancelAsync().ConfigureAwait(false);
            await connection.DisposeAsync().ConfigureAwait(false);
            await output.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

            // Cancelled, so it ends soon: whatever ends the connection reads what the client still sends.
            await ((Task)input).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        if (_connection.TrySetResult(null))
        {
            Ended?.Invoke(this);
        }
        else if (await _connection.Task.ConfigureAwait(false) is { } connection)
        {
            await connection.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static async Task CopyOutputAsync(AttachConnection connection, Stream toClient, CancellationToken cancellation)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            int count;
            while ((count = await ReadAsync(connection, buffer, cancellation).ConfigureAwait(false)) > 0)
            {
                await toClient.WriteAsync(buffer.AsMemory(0, count), cancellation).ConfigureAwait(false);
                await toClient.FlushAsync(cancellation).ConfigureAwait(false);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    // If the shim closes the stream while the program has unread input, the stream is reset; all output has arrived by then.
    private static async ValueTask<int> ReadAsync(AttachConnection connection, byte[] buffer, CancellationToken cancellation)
    {
        try
        {
            return await connection.Stream.ReadAsync(buffer, cancellation).ConfigureAwait(false);
        }
        catch (IOException e) when (e.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionReset })
        {
            return 0;
        }
    }

    // True when the client typed its detach keys.
    private async Task<bool> CopyInputAsync(Stream fromClient, AttachConnection connection, CancellationToken cancellation)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(4 << 10);
        byte[] filtered = tty && detachKeys is not null ? new byte[buffer.Length + detachKeys.Count] : [];
        try
        {
            int count;
            while ((count = await fromClient.ReadAsync(buffer, cancellation).ConfigureAwait(false)) > 0)
            {
                if (filtered.Length == 0)
                {
                    await connection.Stream.WriteAsync(buffer.AsMemory(0, count), cancellation).ConfigureAwait(false);
                    continue;
                }

                bool detach = detachKeys!.Filter(buffer.AsSpan(0, count), filtered, out int length);
                await connection.Stream.WriteAsync(filtered.AsMemory(0, length), cancellation).ConfigureAwait(false);
                if (detach)
                {
                    return true;
                }
            }

            connection.CompleteWriting();
        }
        catch (IOException)
        {
            // The program reads no more; its output goes on.
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        return false;
    }
}

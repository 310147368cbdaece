using Quai.Engine.Containers;
using Quai.Runtime;

namespace Quai.Engine.Attach;

/// <summary>A client attached to a program: connected at once, or when the program starts.</summary>
/// <param name="tty">Whether the program has a terminal.</param>
/// <param name="streams">What the client wants.</param>
/// <param name="keys">The keys that leave; null when there are none.</param>
/// <param name="logs">What to send first; null for nothing.</param>
/// <param name="live">Whether to go on after the logs.</param>
/// <param name="left">Called when the client left by the keys.</param>
internal sealed class AttachSession(bool tty, AttachStreams streams, DetachKeys? keys, IAsyncEnumerable<ReadOnlyMemory<byte>>? logs, bool live, Action? left) : IAttachSession
{
    private const int BufferSize = 32 * 1024;
    private readonly TaskCompletionSource<AttachConnection?> _connection = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <inheritdoc/>
    public bool Tty => tty;

    /// <summary>What the client wants.</summary>
    public AttachStreams Streams => streams;

    /// <summary>Called when the client goes before the program started.</summary>
    public Action? Withdrawn { get; set; }

    /// <summary>The program runs: here are its streams.</summary>
    public void Connect(AttachConnection connection)
    {
        if (!_connection.TrySetResult(connection))
        {
            _ = connection.DisposeAsync().AsTask();
        }
    }

    /// <summary>The program will not run.</summary>
    public void Abandon() => _connection.TrySetResult(null);

    /// <inheritdoc/>
    public async Task RunAsync(Stream fromClient, Stream toClient, CancellationToken cancellation)
    {
        if (logs is not null)
        {
            await foreach (ReadOnlyMemory<byte> chunk in logs.WithCancellation(cancellation).ConfigureAwait(false))
            {
                await toClient.WriteAsync(chunk, cancellation).ConfigureAwait(false);
            }

            await toClient.FlushAsync(cancellation).ConfigureAwait(false);
        }

        if (!live || await _connection.Task.WaitAsync(cancellation).ConfigureAwait(false) is not { } connection)
        {
            return;
        }

        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Task input = streams.Stdin ? PumpInputAsync(fromClient, connection, ending.Token) : Task.CompletedTask;
        Task output = PumpOutputAsync(connection, toClient, ending.Token);
        Task<bool>? leaving = input as Task<bool>;
        if (leaving is not null && await Task.WhenAny(leaving, output).ConfigureAwait(false) == leaving && leaving.IsCompletedSuccessfully && await leaving.ConfigureAwait(false))
        {
            left?.Invoke();
        }
        else
        {
            await output.ConfigureAwait(false);
        }

        await ending.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(input, output).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_connection.TrySetResult(null))
        {
            Withdrawn?.Invoke();
        }
        else if (await _connection.Task.ConfigureAwait(false) is { } connection)
        {
            await connection.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static async Task PumpOutputAsync(AttachConnection connection, Stream client, CancellationToken cancellation)
    {
        byte[] buffer = new byte[BufferSize];
        try
        {
            while (await connection.Stream.ReadAsync(buffer, cancellation).ConfigureAwait(false) is > 0 and var got)
            {
                await client.WriteAsync(buffer.AsMemory(0, got), cancellation).ConfigureAwait(false);
                await client.FlushAsync(cancellation).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // Either side went away.
        }
    }

    /// <summary>True when the client left by the keys.</summary>
    private async Task<bool> PumpInputAsync(Stream client, AttachConnection connection, CancellationToken cancellation)
    {
        byte[] buffer = new byte[4096];
        List<byte>? filtered = keys is null ? null : [];
        try
        {
            while (await client.ReadAsync(buffer, cancellation).ConfigureAwait(false) is > 0 and var got)
            {
                if (keys is null)
                {
                    await connection.Stream.WriteAsync(buffer.AsMemory(0, got), cancellation).ConfigureAwait(false);
                    continue;
                }

                filtered!.Clear();
                bool leaves = keys.Filter(buffer.AsSpan(0, got), filtered);
                if (filtered.Count > 0)
                {
                    await connection.Stream.WriteAsync(filtered.ToArray(), cancellation).ConfigureAwait(false);
                }

                if (leaves)
                {
                    return true;
                }
            }

            connection.CompleteWriting();
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // The program has ended, or the client went away.
        }

        return false;
    }
}

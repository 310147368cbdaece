using System.Globalization;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;

namespace Quai.Rpc.TakenOver;

/// <summary>
/// A connection taken over, as Kestrel wants one. Not <see cref="DefaultConnectionContext"/>: there an abort cancels a token source on another thread, which disposing
/// may have disposed of before, and the exception that nobody catches ends the process.
/// </summary>
internal sealed class TakenOverConnection(PipeReader input, PipeWriter output) : ConnectionContext, IDuplexPipe
{
    private static long s_last;

    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _closed = new();

    /// <summary>Ends when Kestrel has done with it.</summary>
    public Task Ended => _ended.Task;

    /// <inheritdoc/>
    public override string ConnectionId { get; set; } = string.Create(CultureInfo.InvariantCulture, $"taken-over-{Interlocked.Increment(ref s_last)}");

    /// <inheritdoc/>
    public override IFeatureCollection Features { get; } = new FeatureCollection();

    /// <inheritdoc/>
    public override IDictionary<object, object?> Items { get; set; } = new Dictionary<object, object?>();

    /// <inheritdoc/>
    public override IDuplexPipe Transport
    {
        get => this;
        set => throw new NotSupportedException("a connection taken over has one transport");
    }

    /// <inheritdoc/>
    public override CancellationToken ConnectionClosed
    {
        get => _closed.Token;
        set => throw new NotSupportedException("a connection taken over says itself when it is closed");
    }

    /// <inheritdoc/>
    PipeReader IDuplexPipe.Input => input;

    /// <inheritdoc/>
    PipeWriter IDuplexPipe.Output => output;

    /// <inheritdoc/>
    public override void Abort() => Abort(null!);

    /// <summary>Ends it. The reason may be null: Kestrel gives none at times.</summary>
    public override void Abort(ConnectionAbortedException? abortReason)
    {
        // Never disposed of, as it may be cancelled after the end; it holds nothing but memory.
        ThreadPool.UnsafeQueueUserWorkItem(static closed => closed.Cancel(), _closed, preferLocal: false);
        input.CancelPendingRead();
    }

    /// <inheritdoc/>
    public override ValueTask DisposeAsync()
    {
        _ended.TrySetResult();
        return base.DisposeAsync();
    }
}

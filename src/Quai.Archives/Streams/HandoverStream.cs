using System.Collections.Concurrent;

namespace Quai.Archives;

/// <summary>Passes bytes from a writing thread to a reading one; the writer waits if the reader is too far behind.</summary>
public sealed class HandoverStream : ReadOnlyStream
{
    private const int MostPieces = 8;

    private readonly BlockingCollection<byte[]> _pieces = new(MostPieces);
    private readonly CancellationTokenSource _abandoned = new();
    private byte[] _piece = [];
    private int _used;
    private volatile Exception? _failure;

    /// <summary>Passes on a copy of the bytes.</summary>
    /// <exception cref="OperationCanceledException">The reader has given up.</exception>
    public void Enqueue(ReadOnlySpan<byte> data) => _pieces.Add(data.ToArray(), _abandoned.Token);

    /// <summary>No more data comes; the reader sees the failure, if there is one.</summary>
    public void Complete(Exception? failure = null)
    {
        _failure = failure;
        _pieces.CompleteAdding();
    }

    /// <summary>The reader wants no more.</summary>
    public void Abandon() => _abandoned.Cancel();

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        while (_used == _piece.Length)
        {
            if (!_pieces.TryTake(out byte[]? next, Timeout.Infinite))
            {
                return _failure is null ? 0 : throw _failure;
            }

            _piece = next;
            _used = 0;
        }

        int count = Math.Min(buffer.Length, _piece.Length - _used);
        _piece.AsSpan(_used, count).CopyTo(buffer);
        _used += count;
        return count;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _pieces.Dispose();
            _abandoned.Dispose();
        }

        base.Dispose(disposing);
    }
}

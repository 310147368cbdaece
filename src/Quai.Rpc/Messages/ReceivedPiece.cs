namespace Quai.Rpc.Messages;

/// <summary>What nobody has read yet of the piece of a stream that came last.</summary>
public struct ReceivedPiece
{
    private ReadOnlyMemory<byte> _left;

    /// <summary>Whether all of it was read: the next piece is wanted.</summary>
    public readonly bool IsEmpty => _left.IsEmpty;

    /// <summary>Takes the next piece.</summary>
    public void Take(ReadOnlyMemory<byte> piece) => _left = piece;

    /// <summary>Reads as much as there is room for.</summary>
    /// <returns>How many bytes that was.</returns>
    public int Read(Span<byte> buffer)
    {
        int length = Math.Min(buffer.Length, _left.Length);
        _left.Span[..length].CopyTo(buffer);
        _left = _left[length..];
        return length;
    }
}

using Quai.Archives;

namespace Quai.Cli.Compose.Following;

/// <summary>Cuts what is written into lines.</summary>
/// <param name="take">Gets each line, without its end.</param>
internal sealed class LineStream(Action<byte[]> take) : WriteOnlyStream
{
    // A program that never ends its line does not fill the memory.
    private const int Longest = 1024 * 1024;

    private readonly MemoryStream _line = new();

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            int end = buffer.IndexOf((byte)'\n');
            _line.Write(end < 0 ? buffer : buffer[..end]);
            buffer = end < 0 ? default : buffer[(end + 1)..];
            if (end >= 0 || _line.Length > Longest)
            {
                Take();
            }
        }
    }

    /// <summary>Gives what is left as a line, if anything is.</summary>
    public void End()
    {
        if (_line.Length > 0)
        {
            Take();
        }
    }

    private void Take()
    {
        ReadOnlySpan<byte> line = _line.GetBuffer().AsSpan(0, (int)_line.Length);
        take((line is [.., (byte)'\r'] ? line[..^1] : line).ToArray());
        _line.SetLength(0);
    }
}

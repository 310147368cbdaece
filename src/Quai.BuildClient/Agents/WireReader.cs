using System.Buffers.Binary;
using Quai.Errors;

namespace Quai.BuildClient.Agents;

/// <summary>Reads values as SSH writes them: numbers of four bytes, and strings with their length before them.</summary>
/// <param name="bytes">What is read.</param>
internal ref struct WireReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _left = bytes;

    /// <summary>What is not read yet.</summary>
    public readonly ReadOnlySpan<byte> Rest => _left;

    /// <summary>A number.</summary>
    /// <exception cref="QuaiException">There is none.</exception>
    public uint Number() => BinaryPrimitives.ReadUInt32BigEndian(Take(sizeof(uint)));

    /// <summary>A string, or a number of any size.</summary>
    /// <exception cref="QuaiException">There is none.</exception>
    public ReadOnlySpan<byte> Bytes()
    {
        uint length = Number();
        return length <= int.MaxValue ? Take((int)length) : throw Cut();
    }

    /// <summary>A string of letters.</summary>
    /// <exception cref="QuaiException">There is none.</exception>
    public string Text() => System.Text.Encoding.UTF8.GetString(Bytes());

    private ReadOnlySpan<byte> Take(int length)
    {
        if (length > _left.Length)
        {
            throw Cut();
        }

        ReadOnlySpan<byte> taken = _left[..length];
        _left = _left[length..];
        return taken;
    }

    private static QuaiException Cut() => QuaiException.Invalid("it ends too early");
}

using Quai.Archives;
using Quai.Errors;

namespace Quai.Content.Unpack;

/// <summary>
/// An entry's path, normalized: no leading slash, no empty, <c>.</c> or <c>..</c> parts, NUL-terminated.
/// One object is reused for every entry.
/// </summary>
internal sealed class EntryPath
{
    private byte[] _bytes = new byte[512];
    private int _length;
    private int _baseStart;

    /// <summary>The whole path; empty for the root.</summary>
    public ReadOnlySpan<byte> Whole => _bytes.AsSpan(0, _length);

    /// <summary>The path of its parent directory; empty for the root.</summary>
    public ReadOnlySpan<byte> Parent => _baseStart == 0 ? default : _bytes.AsSpan(0, _baseStart - 1);

    /// <summary>The last part.</summary>
    public ReadOnlySpan<byte> Base => _bytes.AsSpan(_baseStart, _length - _baseStart);

    /// <summary>The last part with a NUL after it.</summary>
    public ReadOnlySpan<byte> TerminatedBase => _bytes.AsSpan(_baseStart, _length - _baseStart + 1);

    /// <summary>Whether it is the root itself.</summary>
    public bool IsRoot => _length == 0;

    /// <summary>Sets it from an archive's name.</summary>
    /// <exception cref="QuaiException">The name climbs above the root; the message names <paramref name="entry"/>.</exception>
    public void Set(ReadOnlySpan<byte> name, TarEntry entry)
    {
        if (_bytes.Length < name.Length + 1)
        {
            _bytes = new byte[name.Length * 2];
        }

        _length = 0;
        _baseStart = 0;
        while (!name.IsEmpty)
        {
            int slash = name.IndexOf((byte)'/');
            ReadOnlySpan<byte> part = slash < 0 ? name : name[..slash];
            name = slash < 0 ? default : name[(slash + 1)..];
            if (part.IsEmpty || part.SequenceEqual("."u8))
            {
                continue;
            }

            if (part.SequenceEqual(".."u8))
            {
                RemoveLast(entry);
                continue;
            }

            if (_length > 0)
            {
                _bytes[_length++] = (byte)'/';
            }

            _baseStart = _length;
            part.CopyTo(_bytes.AsSpan(_length));
            _length += part.Length;
        }

        _bytes[_length] = 0;
    }

    /// <summary>Replaces the last part; the new one may not be longer.</summary>
    public void ReplaceBase(int skip)
    {
        int length = _length - _baseStart - skip;
        _bytes.AsSpan(_baseStart + skip, length + 1).CopyTo(_bytes.AsSpan(_baseStart));
        _length = _baseStart + length;
    }

    private void RemoveLast(TarEntry entry)
    {
        if (_length == 0)
        {
            throw LayerErrors.Outside(entry);
        }

        _length = Math.Max(0, _baseStart - 1);
        _baseStart = _bytes.AsSpan(0, _length).LastIndexOf((byte)'/') + 1;
    }
}

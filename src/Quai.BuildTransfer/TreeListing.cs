using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Quai.BuildTransfer;

/// <summary>A digest of the list of a tree's files, of all that is said of them but their content: two lists with the same digest are the same list.</summary>
public sealed class TreeListing : IDisposable
{
    private const int Numbers = 7 * sizeof(long);

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private byte[] _buffer = new byte[64 << 10];
    private int _used;

    private TreeListing()
    {
    }

    /// <summary>The digest of a list: 32 bytes.</summary>
    public static byte[] Of(IEnumerable<ContextEntry> entries)
    {
        using var listing = new TreeListing();
        foreach (ContextEntry entry in entries)
        {
            listing.Add(entry);
        }

        return listing.Finish();
    }

    private void Add(ContextEntry entry)
    {
        int most = Numbers + (2 * sizeof(int)) + Encoding.UTF8.GetMaxByteCount(entry.Path.Length) + Encoding.UTF8.GetMaxByteCount(entry.LinkName.Length);
        if (_buffer.Length - _used < most)
        {
            Flush();
            if (_buffer.Length < most)
            {
                _buffer = new byte[most];
            }
        }

        Span<byte> at = _buffer.AsSpan(_used);
        foreach (long number in (ReadOnlySpan<long>)
            [((long)entry.Kind << 32) | (uint)entry.Mode, ((long)entry.Uid << 32) | entry.Gid, entry.Size, entry.ModifiedAt, (entry.DeviceMajor << 32) ^ entry.DeviceMinor, entry.Attributes.Count, entry.ChangedAt])
        {
            BinaryPrimitives.WriteInt64LittleEndian(at, number);
            at = at[sizeof(long)..];
        }

        // Each text with its length: no two lists have the same bytes.
        foreach (string text in (ReadOnlySpan<string>)[entry.Path, entry.LinkName])
        {
            int length = Encoding.UTF8.GetBytes(text, at[sizeof(int)..]);
            BinaryPrimitives.WriteInt32LittleEndian(at, length);
            at = at[(sizeof(int) + length)..];
        }

        _used = _buffer.Length - at.Length;
        if (entry.Attributes.Count == 0)
        {
            return;
        }

        foreach ((string name, byte[] value) in entry.Attributes.OrderBy(a => a.Key, StringComparer.Ordinal))
        {
            Flush();
            _hash.AppendData(SHA256.HashData(Encoding.UTF8.GetBytes(name)));
            _hash.AppendData(SHA256.HashData(value));
        }
    }

    private byte[] Finish()
    {
        Flush();
        return _hash.GetHashAndReset();
    }

    /// <inheritdoc/>
    public void Dispose() => _hash.Dispose();

    private void Flush()
    {
        _hash.AppendData(_buffer, 0, _used);
        _used = 0;
    }
}

using Quai.Errors;

namespace Quai.Archives;

/// <summary>
/// The header of the current entry of a <see cref="TarReader"/>. One object serves all entries of an archive:
/// its contents are valid until the reader moves on.
/// </summary>
public sealed class TarEntry
{
    /// <summary>The longest path and link target, in bytes: the kernel accepts no more (<c>PATH_MAX</c>, with its NUL).</summary>
    public const int LongestName = 4095;

    /// <summary>The maximum number of attributes of one file; ext4 holds fewer, and ordinary files have three.</summary>
    private const int MostXattrs = 256;

    private const string XattrPrefix = "SCHILY.xattr.";

    private byte[] _name = new byte[512];
    private byte[] _link = new byte[512];
    private int _nameLength;
    private int _linkLength;

    /// <summary>What it is.</summary>
    public TarEntryType Type { get; set; }

    /// <summary>The path as in the archive; any bytes but NUL.</summary>
    public ReadOnlySpan<byte> Name => _name.AsSpan(0, _nameLength);

    /// <summary>What a link points at.</summary>
    public ReadOnlySpan<byte> LinkName => _link.AsSpan(0, _linkLength);

    /// <summary>The link's target with a NUL after it, for the kernel.</summary>
    public ReadOnlySpan<byte> TerminatedLinkName => _link.AsSpan(0, _linkLength + 1);

    /// <summary>Whether the file has holes: its content must be read with <see cref="TarReader.ReadContent(out long)"/>.</summary>
    public bool IsSparse { get; set; }

    /// <summary>Bytes of content, including a sparse file's holes.</summary>
    public long Size { get; set; }

    /// <summary>Permissions with set-id and sticky bits.</summary>
    public uint Mode { get; set; }

    /// <summary>The owner's number.</summary>
    public uint Uid { get; set; }

    /// <summary>The group's number.</summary>
    public uint Gid { get; set; }

    /// <summary>Seconds since 1970, and nanoseconds from there.</summary>
    public (long Seconds, long Nanoseconds) Modified { get; set; }

    /// <summary>When it was last read, as <see cref="Modified"/>; null if the archive does not say.</summary>
    public (long Seconds, long Nanoseconds)? Accessed { get; set; }

    /// <summary>A device's major number.</summary>
    public uint DeviceMajor { get; set; }

    /// <summary>A device's minor number.</summary>
    public uint DeviceMinor { get; set; }

    /// <summary>Extended attributes: names with a NUL after them, and values.</summary>
    public List<(byte[] Name, byte[] Value)> Xattrs { get; } = [];

    /// <summary>Whether the entry has content in the archive.</summary>
    public bool IsFile => Type is TarEntryType.File or TarEntryType.Contiguous;

    /// <summary>The path for an error message.</summary>
    public string DisplayName => TarText.Show(Name);

    /// <summary>Sets the path.</summary>
    /// <exception cref="QuaiException">It is longer than <see cref="LongestName"/>.</exception>
    public void SetName(ReadOnlySpan<byte> name) => Set(ref _name, ref _nameLength, name);

    /// <summary>Sets the path from two parts, with a slash between them.</summary>
    /// <exception cref="QuaiException">It is longer than <see cref="LongestName"/>.</exception>
    public void SetName(ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> name)
    {
        Span<byte> joined = stackalloc byte[prefix.Length + 1 + name.Length];
        prefix.CopyTo(joined);
        joined[prefix.Length] = (byte)'/';
        name.CopyTo(joined[(prefix.Length + 1)..]);
        SetName(joined);
    }

    /// <summary>Sets what a link points at.</summary>
    /// <exception cref="QuaiException">It is longer than <see cref="LongestName"/>.</exception>
    public void SetLinkName(ReadOnlySpan<byte> name) => Set(ref _link, ref _linkLength, name);

    /// <summary>Adds an extended attribute by its PAX key, replacing one of the same name.</summary>
    /// <exception cref="QuaiException">There are too many.</exception>
    public void AddXattr(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        byte[] name = new byte[key.Length - XattrPrefix.Length + 1];
        key[XattrPrefix.Length..].CopyTo(name);
        for (int i = 0; i < Xattrs.Count; i++)
        {
            if (Xattrs[i].Name.AsSpan().SequenceEqual(name))
            {
                Xattrs.RemoveAt(i);
                break;
            }
        }

        if (Xattrs.Count == MostXattrs)
        {
            throw QuaiException.Invalid($"archive entry {DisplayName} has more than {MostXattrs} extended attributes");
        }

        Xattrs.Add((name, value.ToArray()));
    }

    /// <summary>Refuses a name that cannot be a path.</summary>
    /// <exception cref="QuaiException">It is longer than <see cref="LongestName"/>.</exception>
    public static void CheckLength(ReadOnlySpan<byte> name)
    {
        if (name.Length > LongestName)
        {
            throw QuaiException.Invalid($"the archive has a name of {name.Length} bytes, {TarText.Show(name)}: no path is longer than {LongestName}");
        }
    }

    private static void Set(ref byte[] buffer, ref int length, ReadOnlySpan<byte> value)
    {
        CheckLength(value);
        if (buffer.Length < value.Length + 1)
        {
            buffer = new byte[LongestName + 1];
        }

        value.CopyTo(buffer);
        buffer[value.Length] = 0;
        length = value.Length;
    }
}

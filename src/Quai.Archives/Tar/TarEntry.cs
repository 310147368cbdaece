namespace Quai.Archives;

/// <summary>Kinds of tar entry, by the byte that marks them (POSIX ustar).</summary>
internal enum TarEntryType : byte
{
    File = (byte)'0',
    HardLink = (byte)'1',
    SymbolicLink = (byte)'2',
    CharacterDevice = (byte)'3',
    BlockDevice = (byte)'4',
    Directory = (byte)'5',
    Fifo = (byte)'6',
    Contiguous = (byte)'7',
    GlobalHeader = (byte)'g',
    ExtendedHeader = (byte)'x',
    GnuLongLink = (byte)'K',
    GnuLongName = (byte)'L',
    GnuSparse = (byte)'S',
}

/// <summary>
/// The header of the entry a <see cref="TarReader"/> stands at. One object serves all entries of an archive:
/// its contents are valid until the reader moves on.
/// </summary>
internal sealed class TarEntry
{
    private const string XattrPrefix = "SCHILY.xattr.";

    private byte[] _name = new byte[512];
    private byte[] _link = new byte[512];
    private int _nameLength;
    private int _linkLength;

    public TarEntryType Type { get; set; }

    /// <summary>The path as the archive has it; any bytes but NUL.</summary>
    public ReadOnlySpan<byte> Name => _name.AsSpan(0, _nameLength);

    /// <summary>What a link points at.</summary>
    public ReadOnlySpan<byte> LinkName => _link.AsSpan(0, _linkLength);

    /// <summary>The link's target with a NUL after it, for the kernel.</summary>
    public ReadOnlySpan<byte> TerminatedLinkName => _link.AsSpan(0, _linkLength + 1);

    /// <summary>Whether the file has holes: its content is to be taken with <see cref="TarReader.ReadContent(out long)"/>.</summary>
    public bool IsSparse { get; set; }

    /// <summary>Bytes of content, a sparse file's holes with them.</summary>
    public long Size { get; set; }

    /// <summary>Permissions with set-id and sticky bits.</summary>
    public uint Mode { get; set; }

    public uint Uid { get; set; }

    public uint Gid { get; set; }

    /// <summary>Seconds since 1970, and nanoseconds from there.</summary>
    public (long Seconds, long Nanoseconds) Modified { get; set; }

    public (long Seconds, long Nanoseconds)? Accessed { get; set; }

    public uint DeviceMajor { get; set; }

    public uint DeviceMinor { get; set; }

    /// <summary>Extended attributes: names with a NUL after them, and values.</summary>
    public List<(byte[] Name, byte[] Value)> Xattrs { get; } = [];

    /// <summary>Whether the entry has content in the archive.</summary>
    public bool IsFile => Type is TarEntryType.File or TarEntryType.Contiguous;

    /// <summary>The path for an error's text.</summary>
    public string DisplayName => TarText.Show(Name);

    public void SetName(ReadOnlySpan<byte> name) => Set(ref _name, ref _nameLength, name);

    public void SetName(ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> name)
    {
        Span<byte> joined = stackalloc byte[prefix.Length + 1 + name.Length];
        prefix.CopyTo(joined);
        joined[prefix.Length] = (byte)'/';
        name.CopyTo(joined[(prefix.Length + 1)..]);
        SetName(joined);
    }

    public void SetLinkName(ReadOnlySpan<byte> name) => Set(ref _link, ref _linkLength, name);

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

        Xattrs.Add((name, value.ToArray()));
    }

    private static void Set(ref byte[] buffer, ref int length, ReadOnlySpan<byte> value)
    {
        if (buffer.Length < value.Length + 1)
        {
            buffer = new byte[value.Length * 2];
        }

        value.CopyTo(buffer);
        buffer[value.Length] = 0;
        length = value.Length;
    }
}

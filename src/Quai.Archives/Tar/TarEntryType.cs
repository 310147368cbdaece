namespace Quai.Archives;

/// <summary>Kinds of tar entry, by the byte that marks them (POSIX ustar).</summary>
public enum TarEntryType : byte
{
    /// <summary>A regular file.</summary>
    File = (byte)'0',

    /// <summary>Another name for an entry before it.</summary>
    HardLink = (byte)'1',

    /// <summary>A symbolic link.</summary>
    SymbolicLink = (byte)'2',

    /// <summary>A character device.</summary>
    CharacterDevice = (byte)'3',

    /// <summary>A block device.</summary>
    BlockDevice = (byte)'4',

    /// <summary>A directory.</summary>
    Directory = (byte)'5',

    /// <summary>A named pipe.</summary>
    Fifo = (byte)'6',

    /// <summary>A regular file that once had to be contiguous.</summary>
    Contiguous = (byte)'7',

    /// <summary>PAX records about all entries that follow.</summary>
    GlobalHeader = (byte)'g',

    /// <summary>PAX records about the next entry.</summary>
    ExtendedHeader = (byte)'x',

    /// <summary>The link's target of the next entry, too long for its header.</summary>
    GnuLongLink = (byte)'K',

    /// <summary>The path of the next entry, too long for its header.</summary>
    GnuLongName = (byte)'L',

    /// <summary>A regular file with holes, in GNU's old format.</summary>
    GnuSparse = (byte)'S',
}

namespace Quai.Archives;

/// <summary>What <see cref="TarWriter"/> writes about an entry. Names are bytes without NUL.</summary>
public readonly ref struct TarHeader
{
    /// <summary>What it is.</summary>
    public required TarEntryType Type { get; init; }

    /// <summary>The path in the archive; a directory's ends with a slash.</summary>
    public required ReadOnlySpan<byte> Name { get; init; }

    /// <summary>What a link points at.</summary>
    public ReadOnlySpan<byte> LinkName { get; init; }

    /// <summary>Bytes of content.</summary>
    public long Size { get; init; }

    /// <summary>Permissions with set-id and sticky bits.</summary>
    public uint Mode { get; init; }

    /// <summary>The owner's number.</summary>
    public uint Uid { get; init; }

    /// <summary>The group's number.</summary>
    public uint Gid { get; init; }

    /// <summary>Seconds since 1970. No fractions, as in Docker: they would cost an extra header for each entry.</summary>
    public long Modified { get; init; }

    /// <summary>A device's major number.</summary>
    public uint DeviceMajor { get; init; }

    /// <summary>A device's minor number.</summary>
    public uint DeviceMinor { get; init; }

    /// <summary>Extended attributes.</summary>
    public IReadOnlyList<(byte[] Name, byte[] Value)>? Xattrs { get; init; }
}

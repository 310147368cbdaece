using System.Collections.ObjectModel;

namespace Quai.BuildTransfer;

/// <summary>A file of a client's directory, without its content.</summary>
/// <param name="Path">Its path in the directory, with slashes, without one at the beginning.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Mode">Its permission bits, with those for setuid, setgid and sticky as Linux has them.</param>
public sealed record ContextEntry(string Path, ContextEntryKind Kind, int Mode)
{
    /// <summary>No extended attributes.</summary>
    public static IReadOnlyDictionary<string, byte[]> NoAttributes => ReadOnlyDictionary<string, byte[]>.Empty;

    /// <summary>Its owner at the client.</summary>
    public uint Uid { get; init; }

    /// <summary>Its group at the client.</summary>
    public uint Gid { get; init; }

    /// <summary>Bytes of a regular file.</summary>
    public long Size { get; init; }

    /// <summary>When it was changed last, in nanoseconds since 1970.</summary>
    public long ModifiedAt { get; init; }

    /// <summary>When anything of it changed last where it is, its attributes too, in nanoseconds since 1970; 0 where that is not known. It is not sent.</summary>
    public long ChangedAt { get; init; }

    /// <summary>Where a symbolic link leads; for a regular file, the earlier path of which it is another name; empty for none.</summary>
    public string LinkName { get; init; } = "";

    /// <summary>The major number of a device.</summary>
    public long DeviceMajor { get; init; }

    /// <summary>The minor number of a device.</summary>
    public long DeviceMinor { get; init; }

    /// <summary>Extended attributes by name.</summary>
    public IReadOnlyDictionary<string, byte[]> Attributes { get; init; } = NoAttributes;
}

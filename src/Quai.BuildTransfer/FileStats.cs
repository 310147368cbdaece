using Google.Protobuf;
using Quai.BuildProtocol.Files;
using Quai.Errors;

namespace Quai.BuildTransfer;

/// <summary>Files without their content, as they are sent.</summary>
public static class FileStats
{
    /// <summary>Reads one.</summary>
    /// <exception cref="QuaiException">It is of a kind that nobody knows.</exception>
    public static ContextEntry Read(Stat stat)
    {
        ContextEntryKind kind = GoFileMode.Kind(stat.Mode) ?? throw QuaiException.Invalid($"the client sent \"{stat.Path}\", which is no file of a known kind (mode {stat.Mode:x})");
        return new ContextEntry(stat.Path, kind, GoFileMode.Mode(stat.Mode))
        {
            Uid = stat.Uid,
            Gid = stat.Gid,
            Size = stat.Size,
            ModifiedAt = stat.ModTime,
            LinkName = stat.Linkname,
            DeviceMajor = stat.Devmajor,
            DeviceMinor = stat.Devminor,
            Attributes = stat.Xattrs.Count == 0 ? ContextEntry.NoAttributes : stat.Xattrs.ToDictionary(x => x.Key, x => x.Value.ToByteArray()),
        };
    }

    /// <summary>Writes one.</summary>
    public static Stat Write(ContextEntry entry)
    {
        var stat = new Stat
        {
            Path = entry.Path,
            Mode = GoFileMode.Of(entry.Kind, entry.Mode),
            Uid = entry.Uid,
            Gid = entry.Gid,
            Size = entry.Size,
            ModTime = entry.ModifiedAt,
            Linkname = entry.LinkName,
            Devmajor = entry.DeviceMajor,
            Devminor = entry.DeviceMinor,
        };
        foreach ((string name, byte[] value) in entry.Attributes)
        {
            stat.Xattrs.Add(name, ByteString.CopyFrom(value));
        }

        return stat;
    }
}

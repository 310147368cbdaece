using Quai.Archives;
using Quai.Linux.Mounts;
using Quai.Linux;

namespace Quai.Content.Unpack;

internal sealed unsafe partial class LayerWriter
{
    private static ReadOnlySpan<byte> OpaqueMark => ".wh..wh..opq"u8;

    /// <summary>
    /// A <c>.wh.name</c> entry hides <c>name</c> of the layers below, and <c>.wh..wh..opq</c> everything they have in its directory
    /// (OCI image specification, <c>layer.md</c>). What this very layer has under that name stays.
    /// </summary>
    private void WriteWhiteout(int parent, TarEntry entry)
    {
        if (_path.Base.SequenceEqual(OpaqueMark))
        {
            MarkOpaque(_path.Parent, parent, entry);
            return;
        }

        // Other marks with this prefix are aufs's own bookkeeping.
        if (_path.Base.StartsWith(".wh..wh."u8))
        {
            return;
        }

        _path.ReplaceBase(".wh.".Length);
        if (_path.Base.IsEmpty || _path.Base.SequenceEqual("."u8) || _path.Base.SequenceEqual(".."u8))
        {
            throw LayerErrors.Outside(entry);
        }

        fixed (byte* name = _path.TerminatedBase)
        {
            int errno = FileCalls.TryMakeNode(parent, name, FileCalls.S_IFCHR, 0, 0);
            if (errno == Errno.EEXIST)
            {
                Check(FileCalls.TryStatus(parent, name, out FileStatus status), "stat", entry);
                if (status.IsDirectory)
                {
                    MarkOpaque(parent, name, entry);
                }

                return;
            }

            Check(errno, "mknod", entry);
            if ((entry.Uid | entry.Gid) != 0)
            {
                Check(FileCalls.TryChangeOwner(parent, name, entry.Uid, entry.Gid), "chown", entry);
            }
        }
    }

    private static bool IsWhiteout(in FileStatus status) =>
        (status.Mode & FileCalls.S_IFMT) == FileCalls.S_IFCHR && status.DeviceMajor == 0 && status.DeviceMinor == 0;

    private void MarkOpaque(ReadOnlySpan<byte> path, int directory, TarEntry entry)
    {
        if (path.IsEmpty)
        {
            fixed (byte* key = OverlayMarks.TerminatedOpaque)
            {
                Check(Xattrs.TrySet(directory, key, "y"u8), "setxattr", entry);
            }

            return;
        }

        // The cached descriptor is O_PATH, on which attributes cannot be set: name it from itself.
        fixed (byte* self = ".\0"u8)
        {
            MarkOpaque(directory, self, entry);
        }
    }

    private static void MarkOpaque(int parent, byte* name, TarEntry entry)
    {
        fixed (byte* key = OverlayMarks.TerminatedOpaque)
        {
            Check(Xattrs.TrySetEntry(parent, name, key, "y"u8), "setxattr", entry);
        }
    }
}

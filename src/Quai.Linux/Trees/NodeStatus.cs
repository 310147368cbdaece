using System.Runtime.InteropServices;

namespace Quai.Linux.Trees;

/// <summary>A file's status from statx(2); links are not followed.</summary>
public readonly record struct NodeStatus(uint Mode, uint Uid, uint Gid, ulong Inode, uint Links, ulong Size, uint DeviceMajor, uint DeviceMinor, uint NodeMajor, uint NodeMinor, long ModifiedSeconds, uint ModifiedNanoseconds, ulong Blocks)
{
    /// <summary>When anything of it changed last, be it its content, its attributes or its names: in nanoseconds since 1970.</summary>
    public long ChangedAt { get; init; }

    /// <summary>Whether it is a directory.</summary>
    public bool IsDirectory => (Mode & 0xF000) == 0x4000;

    /// <summary>Whether it is a regular file.</summary>
    public bool IsRegular => (Mode & 0xF000) == 0x8000;

    /// <summary>Whether it is a symbolic link.</summary>
    public bool IsLink => (Mode & 0xF000) == 0xA000;

    /// <summary>Whether it is overlayfs's whiteout, which says that a lower file is gone: a character device 0, 0.</summary>
    public bool IsWhiteout => (Mode & 0xF000) == 0x2000 && NodeMajor == 0 && NodeMinor == 0;
}

/// <summary>Reads <see cref="NodeStatus"/>es.</summary>
public static unsafe partial class NodeStatusReader
{
    /// <summary>The status of a path, or null if there is nothing.</summary>
    public static NodeStatus? TryRead(string path)
    {
        Statx buffer;
        if (StatxCall(-100, path, 0x100, 0x7ff, &buffer) != 0)
        {
            return Marshal.GetLastPInvokeError() is Errno.ENOENT or Errno.ENOTDIR ? null : throw LinuxException.FromLastError("statx", path);
        }

        return Convert(buffer);
    }

    /// <summary>Whether something is mounted at a path; links are not followed.</summary>
    /// <exception cref="LinuxException">There is nothing at the path.</exception>
    public static bool IsMountPoint(string path)
    {
        const ulong MountRoot = 0x2000;
        Statx buffer;
        return StatxCall(-100, path, 0x100, 0, &buffer) == 0 ? (buffer.Attributes & MountRoot) != 0 : throw LinuxException.FromLastError("statx", path);
    }

    /// <summary>The status of an open file.</summary>
    public static NodeStatus Read(FileDescriptor file)
    {
        Statx buffer;
        return StatxCall(file.Number, "", 0x1000, 0x7ff, &buffer) == 0 ? Convert(buffer) : throw LinuxException.FromLastError("statx");
    }

    /// <summary>The status of one entry of an open directory, or null if there is nothing.</summary>
    internal static NodeStatus? TryRead(int directory, byte* name)
    {
        Statx buffer;
        return StatxBytes(directory, name, 0x100, 0x7ff, &buffer) == 0 ? Convert(buffer)
            : Marshal.GetLastPInvokeError() is Errno.ENOENT or Errno.ENOTDIR ? null
            : throw LinuxException.FromLastError("statx");
    }

    private static NodeStatus Convert(in Statx buffer) => new(
            buffer.Mode, buffer.Uid, buffer.Gid, buffer.Inode, buffer.Links, buffer.Size, buffer.DeviceMajor, buffer.DeviceMinor, buffer.NodeMajor, buffer.NodeMinor, buffer.Modified.Seconds, buffer.Modified.Nanoseconds, buffer.Blocks)
    { ChangedAt = (buffer.Changed.Seconds * 1_000_000_000L) + buffer.Changed.Nanoseconds };

    [StructLayout(LayoutKind.Sequential)]
    private struct Timestamp
    {
        public long Seconds;
        public uint Nanoseconds;
        public int Spare;
    }

    [StructLayout(LayoutKind.Sequential, Size = 256)]
    private struct Statx
    {
        public uint Mask, BlockSize;
        public ulong Attributes;
        public uint Links, Uid, Gid;
        public ushort Mode, Spare;
        public ulong Inode, Size, Blocks, AttributesMask;
        public Timestamp Accessed, Born, Changed, Modified;
        public uint NodeMajor, NodeMinor, DeviceMajor, DeviceMinor;
    }

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatxCall(int directory, string path, int flags, uint mask, Statx* buffer);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true)]
    private static partial int StatxBytes(int directory, byte* path, int flags, uint mask, Statx* buffer);
}

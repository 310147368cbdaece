using System.Runtime.InteropServices;

namespace Quai.Linux;

/// <summary>A file's status as returned by <see cref="FileCalls.Status"/>.</summary>
/// <param name="Mode">Type and permissions.</param>
/// <param name="Uid">Owner.</param>
/// <param name="Gid">Group.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Links">Hard links.</param>
/// <param name="Inode">The inode's number.</param>
/// <param name="DeviceMajor">Of the device that the file is, not the one it is stored on.</param>
/// <param name="DeviceMinor">Of the device that the file is.</param>
public readonly record struct FileStatus(uint Mode, uint Uid, uint Gid, long Size, uint Links, ulong Inode, uint DeviceMajor, uint DeviceMinor)
{
    /// <summary>The number of 512-byte blocks that it takes on disk.</summary>
    public long Blocks { get; init; }

    /// <summary>When it was last read and changed.</summary>
    public FileTimes Times { get; init; }

    /// <summary>Whether it is the root of a mount: something is mounted at the looked-up place.</summary>
    public bool IsMountRoot { get; init; }

    /// <summary>Whether it is a directory.</summary>
    public bool IsDirectory => (Mode & FileCalls.S_IFMT) == FileCalls.S_IFDIR;
}

/// <summary>Times of last access and modification, as for <c>utimensat(2)</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct FileTimes
{
#pragma warning disable CS1591 // seconds since 1970 and nanoseconds
    public long AccessSeconds;
    public long AccessNanoseconds;
    public long ModifySeconds;
    public long ModifyNanoseconds;
#pragma warning restore CS1591
}

public static unsafe partial class FileCalls
{
    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint Write(int fd, byte* data, nuint count);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    private static partial nint Read(int fd, byte* data, nuint count);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int fd);

    [LibraryImport("libc", EntryPoint = "mkdirat", SetLastError = true)]
    private static partial int MkdirAt(int directory, byte* name, uint mode);

    [LibraryImport("libc", EntryPoint = "symlinkat", SetLastError = true)]
    private static partial int SymlinkAt(byte* target, int directory, byte* name);

    [LibraryImport("libc", EntryPoint = "linkat", SetLastError = true)]
    private static partial int LinkAt(int fromDirectory, byte* from, int toDirectory, byte* to, int flags);

    [LibraryImport("libc", EntryPoint = "mknodat", SetLastError = true)]
    private static partial int MknodAt(int directory, byte* name, uint mode, ulong device);

    [LibraryImport("libc", EntryPoint = "renameat", SetLastError = true)]
    private static partial int RenameAt(int fromDirectory, byte* from, int toDirectory, byte* to);

    [LibraryImport("libc", EntryPoint = "fchownat", SetLastError = true)]
    private static partial int FChownAt(int directory, byte* name, uint uid, uint gid, int flags);

    [LibraryImport("libc", EntryPoint = "fchown", SetLastError = true)]
    private static partial int FChown(int fd, uint uid, uint gid);

    [LibraryImport("libc", EntryPoint = "fchmodat", SetLastError = true)]
    private static partial int FChmodAt(int directory, byte* name, uint mode, int flags);

    [LibraryImport("libc", EntryPoint = "fchmod", SetLastError = true)]
    private static partial int FChmod(int fd, uint mode);

    [LibraryImport("libc", EntryPoint = "futimens", SetLastError = true)]
    private static partial int FUtimens(int fd, FileTimes* times);

    [LibraryImport("libc", EntryPoint = "utimensat", SetLastError = true)]
    private static partial int UtimensAt(int directory, byte* name, FileTimes* times, int flags);

    [LibraryImport("libc", EntryPoint = "unlinkat", SetLastError = true)]
    private static partial int UnlinkAt(int directory, byte* name, int flags);

    [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    private static partial int FDataSync(int fd);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FSync(int fd);

    [LibraryImport("libc", EntryPoint = "syncfs", SetLastError = true)]
    private static partial int SyncFs(int fd);

    [LibraryImport("libc", EntryPoint = "ftruncate", SetLastError = true)]
    private static partial int FTruncate(int fd, long length);

    [LibraryImport("libc", EntryPoint = "lseek", SetLastError = true)]
    private static partial long Seek(int fd, long offset, int from);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true)]
    private static partial int Statx(int directory, byte* name, int flags, uint mask, StatxBuffer* buffer);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial long GetDirectoryEntries(long number, long fd, byte* buffer, nuint size);

    /// <summary><c>struct statx</c>, the same on every processor.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct StatxBuffer
    {
        [FieldOffset(8)]
        public ulong Attributes;
        [FieldOffset(16)]
        public uint Links;
        [FieldOffset(20)]
        public uint Uid;
        [FieldOffset(24)]
        public uint Gid;
        [FieldOffset(28)]
        public ushort Mode;
        [FieldOffset(32)]
        public ulong Inode;
        [FieldOffset(40)]
        public ulong Size;
        [FieldOffset(48)]
        public ulong Blocks;
        [FieldOffset(64)]
        public long Accessed;
        [FieldOffset(72)]
        public uint AccessedNanoseconds;
        [FieldOffset(112)]
        public long Modified;
        [FieldOffset(120)]
        public uint ModifiedNanoseconds;
        [FieldOffset(128)]
        public uint DevMajor;
        [FieldOffset(132)]
        public uint DevMinor;
    }
}

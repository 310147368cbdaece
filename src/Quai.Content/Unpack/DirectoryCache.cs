using System.Diagnostics.CodeAnalysis;
using Quai.Linux;

namespace Quai.Content.Unpack;

/// <summary>
/// Open directories of the layer being unpacked, by path, so that most entries cost no path walk.
/// Every one was opened by <c>openat2</c> with the root as <c>/</c>; code that removes or replaces something calls <see cref="Clear"/>.
/// </summary>
/// <remarks>
/// Creating something in a directory changes its times. Each directory's times are read when it is opened, before anything is created in it, and set again when
/// it is closed: the file system itself remembers them, and memory is the same for any number of directories.
/// </remarks>
internal sealed unsafe class DirectoryCache(int root) : IDisposable
{
    private const int Capacity = 128;
    private const ulong Inside = Openat2.RESOLVE_IN_ROOT | Openat2.RESOLVE_NO_MAGICLINKS;

    private readonly Dictionary<byte[], OpenDirectory> _open = new(Capacity, BytesComparer.Instance);

    // A directory may be known by several paths, through links, but has only one set of times.
    private readonly Dictionary<ulong, OpenDirectory> _byInode = new(Capacity);
    private byte[] _path = new byte[512];

    /// <summary>The directory at a path; a negative error number if it cannot be opened. Owned by the cache.</summary>
    /// <param name="path">Plain and relative; empty for the root.</param>
    /// <param name="setGid">Whether entries created in it take its group.</param>
    public int Get(ReadOnlySpan<byte> path, out bool setGid)
    {
        setGid = false;
        if (path.IsEmpty)
        {
            return root;
        }

        Dictionary<byte[], OpenDirectory>.AlternateLookup<ReadOnlySpan<byte>> lookup = _open.GetAlternateLookup<ReadOnlySpan<byte>>();
        if (lookup.TryGetValue(path, out OpenDirectory? known))
        {
            setGid = known.SetGid;
            return known.Fd;
        }

        if (_open.Count == Capacity)
        {
            Clear();
        }

        int fd = Open(path);
        if (fd < 0)
        {
            return fd;
        }

        byte nothing = 0;
        int errno = FileCalls.TryStatus(fd, &nothing, out FileStatus status);
        if (errno != 0)
        {
            _ = FileCalls.TryClose(fd);
            return -errno;
        }

        if (_byInode.TryGetValue(status.Inode, out OpenDirectory? same))
        {
            _ = FileCalls.TryClose(fd);
        }
        else
        {
            same = new OpenDirectory(fd, (status.Mode & FileCalls.S_ISGID) != 0, status.Times);
            _byInode.Add(status.Inode, same);
        }

        lookup[path] = same;
        setGid = same.SetGid;
        return same.Fd;
    }

    /// <summary>
    /// Opens as much of a path as exists.
    /// </summary>
    /// <param name="path">A path that does not exist as a whole.</param>
    /// <returns>The length of the longest leading part that is a directory or leads to one; negative for any other error number.</returns>
    public int FindExisting(ReadOnlySpan<byte> path)
    {
        // If a part is missing, so are all longer ones: bisection finds the last existing one in few walks, however deep the path.
        Span<int> ends = path.Length <= 512 ? stackalloc int[path.Length] : new int[path.Length];
        int count = 0;
        for (int i = 1; i < path.Length; i++)
        {
            if (path[i] == '/')
            {
                ends[count++] = i;
            }
        }

        int there = 0, low = 0, high = count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            int fd = Open(path[..ends[middle]]);
            if (fd >= 0)
            {
                _ = FileCalls.TryClose(fd);
                there = ends[middle];
                low = middle + 1;
            }
            else if (-fd == Errno.ENOENT)
            {
                high = middle;
            }
            else
            {
                return fd;
            }
        }

        return there;
    }

    /// <summary>Closes them all, and restores the times of each.</summary>
    public void Clear()
    {
        // "." of itself: the descriptors are O_PATH, on which times cannot be set.
        fixed (byte* self = ".\0"u8)
        {
            foreach (OpenDirectory directory in _byInode.Values)
            {
                _ = FileCalls.TrySetTimes(directory.Fd, self, directory.Times);
                _ = FileCalls.TryClose(directory.Fd);
            }
        }

        _open.Clear();
        _byInode.Clear();
    }

    public void Dispose() => Clear();

    private int Open(ReadOnlySpan<byte> path)
    {
        if (_path.Length < path.Length + 1)
        {
            _path = new byte[path.Length * 2];
        }

        path.CopyTo(_path);
        _path[path.Length] = 0;
        fixed (byte* p = _path)
        {
            return Openat2.TryOpen(root, p, FileCalls.O_PATH | FileCalls.O_DIRECTORY | FileCalls.O_CLOEXEC, 0, Inside);
        }
    }

    private sealed record OpenDirectory(int Fd, bool SetGid, FileTimes Times);

    private sealed class BytesComparer : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
    {
        public static readonly BytesComparer Instance = new();

        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

        public int GetHashCode([DisallowNull] byte[] obj) => GetHashCode(obj.AsSpan());

        public int GetHashCode(ReadOnlySpan<byte> alternate)
        {
            var hash = default(HashCode);
            hash.AddBytes(alternate);
            return hash.ToHashCode();
        }

        public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();
    }
}

using System.Diagnostics.CodeAnalysis;
using Quai.Linux;

namespace Quai.Images.Unpack;

/// <summary>
/// Open directories of the layer being unpacked, by path, so that most entries cost no path walk.
/// Every one was opened beneath the root by <c>openat2</c>; whoever removes or replaces something calls <see cref="Clear"/>.
/// </summary>
internal sealed unsafe class DirectoryCache(int root) : IDisposable
{
    private const int Capacity = 128;

    private readonly Dictionary<byte[], (int Fd, bool SetGid)> _open = new(Capacity, BytesComparer.Instance);
    private byte[] _path = new byte[512];

    /// <summary>The directory at a path; a negative error number when it cannot be opened. It stays the cache's.</summary>
    /// <param name="path">Plain and relative; empty for the root.</param>
    /// <param name="setGid">Whether what is made in it takes its group.</param>
    public int Get(ReadOnlySpan<byte> path, out bool setGid)
    {
        setGid = false;
        if (path.IsEmpty)
        {
            return root;
        }

        Dictionary<byte[], (int Fd, bool SetGid)>.AlternateLookup<ReadOnlySpan<byte>> lookup = _open.GetAlternateLookup<ReadOnlySpan<byte>>();
        if (lookup.TryGetValue(path, out (int Fd, bool SetGid) known))
        {
            setGid = known.SetGid;
            return known.Fd;
        }

        if (_path.Length < path.Length + 1)
        {
            _path = new byte[path.Length * 2];
        }

        path.CopyTo(_path);
        _path[path.Length] = 0;
        int fd;
        fixed (byte* p = _path)
        {
            fd = Openat2.TryOpen(root, p, FileCalls.O_PATH | FileCalls.O_DIRECTORY | FileCalls.O_CLOEXEC, 0, Openat2.RESOLVE_BENEATH | Openat2.RESOLVE_NO_MAGICLINKS);
        }

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

        if (_open.Count == Capacity)
        {
            Clear();
        }

        setGid = (status.Mode & FileCalls.S_ISGID) != 0;
        lookup[path] = (fd, setGid);
        return fd;
    }

    /// <summary>Closes them all.</summary>
    public void Clear()
    {
        foreach ((int fd, _) in _open.Values)
        {
            _ = FileCalls.TryClose(fd);
        }

        _open.Clear();
    }

    public void Dispose() => Clear();

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

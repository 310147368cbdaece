using Quai.Linux.Kernel;
using Quai.Shim.Logging.Packing;
using static Quai.Linux.Kernel.SystemCall;

namespace Quai.Shim.Logging;

/// <summary>
/// The files of a rotated log: PATH is written to, PATH.1 was before it, and so on. Where they are compressed, PATH.1 becomes PATH.1.gz soon after the rotation, by a
/// process of its own, so that the container's requests and output do not wait for it.
/// </summary>
internal static unsafe class Rotation
{
    private const int PathSize = 4400;

    // The process that compresses, 0 if there is none.
    private static long _compressor;

    /// <summary>Makes room for a new file at the path; nobody has the old one open for writing any more.</summary>
    /// <param name="path">The newest file's.</param>
    /// <param name="files">How many are kept, with the new one.</param>
    /// <param name="compress">Whether the others are compressed.</param>
    public static void Rotate(byte* path, int files, bool compress)
    {
        // It renames what this renames.
        Await();
        byte* from = stackalloc byte[PathSize];
        byte* to = stackalloc byte[PathSize];
        Remove(from, path, files - 1, packed: true);
        Remove(from, path, files - 1, packed: false);
        for (int n = files - 1; n >= 1; n--)
        {
            Move(from, to, path, n, packed: false);
            if (n > 1)
            {
                Move(from, to, path, n, packed: true);
            }
        }

        if (compress && files > 1)
        {
            Name(from, path, 1, packed: false);
            Name(to, path, 1, packed: true);
            Compress(from, to);
        }
    }

    /// <summary>Waits for a compression that is under way.</summary>
    public static void Await()
    {
        if (_compressor > 0)
        {
            byte* info = stackalloc byte[128];
            while (Waiting(SystemCallNumber.Waitid, ProcessConstants.P_PID, _compressor, (long)info, ProcessConstants.WEXITED, 0) == -Quai.Linux.Errno.EINTR)
            {
            }

            _compressor = 0;
        }
    }

    private static void Compress(byte* from, byte* to)
    {
        byte* temporary = stackalloc byte[PathSize + 8];
        int length = new ReadOnlySpan<byte>(to, PathSize).IndexOf((byte)0);
        Buffer.MemoryCopy(to, temporary, PathSize, length);
        ".new\0"u8.CopyTo(new Span<byte>(temporary + length, 8));

        // Its table is made here, not by the copy.
        Checksums.Crc32(0, from, 0);

        // A copy of this process, as by fork(2). It runs code that neither allocates nor asks anything of the runtime.
        _compressor = Quick(SystemCallNumber.Clone, ProcessConstants.SIGCHLD);
        if (_compressor == 0)
        {
            Quick(SystemCallNumber.Setpriority, 0, 0, 10);
            if (GzipFile.Write(from, temporary) && Quick(SystemCallNumber.Renameat, OpenFlags.AT_FDCWD, (long)temporary, OpenFlags.AT_FDCWD, (long)to) == 0)
            {
                Quick(SystemCallNumber.Unlinkat, OpenFlags.AT_FDCWD, (long)from, 0);
            }
            else
            {
                Quick(SystemCallNumber.Unlinkat, OpenFlags.AT_FDCWD, (long)temporary, 0);
            }

            Quick(SystemCallNumber.ExitGroup, 0);
        }
    }

    private static void Remove(byte* buffer, byte* path, int number, bool packed)
    {
        Name(buffer, path, number, packed);
        Quick(SystemCallNumber.Unlinkat, OpenFlags.AT_FDCWD, (long)buffer, 0);
    }

    private static void Move(byte* from, byte* to, byte* path, int number, bool packed)
    {
        Name(from, path, number - 1, packed);
        Name(to, path, number, packed);
        Quick(SystemCallNumber.Renameat, OpenFlags.AT_FDCWD, (long)from, OpenFlags.AT_FDCWD, (long)to);
    }

    private static void Name(byte* buffer, byte* path, int number, bool packed)
    {
        ByteBuffer name = new(buffer, PathSize - 1);
        for (int i = 0; path[i] != 0; i++)
        {
            name.Add(path[i]);
        }

        if (number > 0)
        {
            name.Add((byte)'.');
            name.AddNumber(number);
        }

        if (packed)
        {
            name.Add(".gz"u8);
        }

        buffer[name.Length] = 0;
    }
}

using Quai.Linux.Kernel;
using static Quai.Linux.Kernel.SystemCall;

namespace Quai.Shim.Logging.Packing;

/// <summary>
/// Compresses a file. The header's extra field (subfield "QI") has the number of the file that was compressed and when it was made, by which a reader that has read that one
/// knows this to be the same.
/// </summary>
internal static unsafe class GzipFile
{
    private const int Part = 64 * 1024, MaximumSize = 1 << 30, Level = 6, IdentitySize = 16;

    /// <summary>Writes a compressed copy, on disk when it returns. Neither allocates nor throws.</summary>
    public static bool Write(byte* from, byte* to)
    {
        long source = Quick(SystemCallNumber.Openat, OpenFlags.AT_FDCWD, (long)from, OpenFlags.O_RDONLY | OpenFlags.O_CLOEXEC, 0);
        long size = source < 0 ? -1 : Quick(SystemCallNumber.Lseek, source, 0, 2);
        long target = size is <= 0 or > MaximumSize
            ? -1
            : Quick(SystemCallNumber.Openat, OpenFlags.AT_FDCWD, (long)to, OpenFlags.O_WRONLY | OpenFlags.O_CREAT | OpenFlags.O_TRUNC | OpenFlags.O_CLOEXEC, 0x1A0);
        long at = target < 0 ? -1 : Quick(SystemCallNumber.Mmap, 0, size, 1, 2, source, 0);
        return (at >= 0 || at < -4096) && Write((int)source, (byte*)at, (int)size, (int)target);
    }

    private static bool Write(int source, byte* input, int size, int target)
    {
        if (!FileBirth.TryRead(source, out ulong inode, out long birth))
        {
            return false;
        }

        int capacity = (Part * 9 / 8) + Deflate.Slack + 64;
        byte* memory = Memory.Map(capacity + Deflate.TableSize);
        if (memory == null)
        {
            return false;
        }

        ByteBuffer output = new(memory, capacity);
        Deflate deflate = new(memory + capacity, Level);

        // Magic, deflate, an extra field, no time, no hint, Unix.
        output.Add([0x1F, 0x8B, 8, 4, 0, 0, 0, 0, 0, 3]);
        output.AddLittleEndian(IdentitySize + 4, 2);
        output.Add("QI"u8);
        output.AddLittleEndian(IdentitySize, 2);
        output.AddLittleEndian(inode, 8);
        output.AddLittleEndian((ulong)birth, 8);
        uint crc = 0;
        for (int from = 0; from < size; from += Part)
        {
            int to = Math.Min(from + Part, size);
            deflate.Add(ref output, input, from, to, last: to == size);
            crc = Checksums.Crc32(crc, input + from, to - from);
            if (to == size)
            {
                output.AddLittleEndian(crc, 4);
                output.AddLittleEndian((uint)size, 4);
            }

            if (output.Overflowed || !WriteAll(target, output))
            {
                return false;
            }

            output.Length = 0;
        }

        return Waiting(SystemCallNumber.Fdatasync, target) == 0;
    }

    private static bool WriteAll(int target, in ByteBuffer output)
    {
        for (int at = 0; at < output.Length;)
        {
            long written = Waiting(SystemCallNumber.Write, target, (long)(output.Start + at), output.Length - at);
            if (written is < 0 and not -Quai.Linux.Errno.EINTR)
            {
                return false;
            }

            at += (int)Math.Max(written, 0);
        }

        return true;
    }
}

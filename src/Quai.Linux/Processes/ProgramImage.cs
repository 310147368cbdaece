using System.Buffers.Text;
using System.Runtime.InteropServices;
using Quai.Linux.Kernel;

namespace Quai.Linux.Processes;

/// <summary>
/// Where this program's own file is mapped in memory, and the same file on a read-only mount. A child can switch from the one to the other:
/// then nothing of it (<c>/proc/PID/exe</c>, <c>map_files</c>) leads to a writable file. <see cref="SealedProgram.Enter"/> achieves the same by starting the program a second time.
/// Plain memory, for code that runs between clone and execve.
/// </summary>
/// <example><code>
/// ProgramImage image;
/// if (!ProgramImage.TryPrepare(&amp;image)) { SealedProgram.Enter("name"); }
/// … clone; and in the child, before anybody can reach it:
/// int errno = ProgramImage.Replace(&amp;image);
/// </code></example>
[StructLayout(LayoutKind.Sequential)]
public unsafe struct ProgramImage
{
    private const int Most = 16, WordsEach = 5, PageSize = 4096;
    private const int PR_SET_MM = 35, PR_SET_MM_MAP = 14, MapWords = 13, HeapEnd = 5, EnvironmentStart = 9, EnvironmentEnd = 10, AuxiliaryVector = 11, SizeAndFile = 12;
    private const int PROT_READ = 1, PROT_WRITE = 2, PROT_EXEC = 4, MAP_PRIVATE = 2, MAP_FIXED = 0x10, MAP_ANONYMOUS = 0x20, MREMAP_MAYMOVE = 1, MREMAP_FIXED = 2;
    private const uint ElfMagic = 0x464c457f, PT_LOAD = 1, PT_GNU_RELRO = 0x6474e552, PF_X = 1, PF_W = 2, PF_R = 4;
    private const int AT_PHDR = 3, AT_PHENT = 4, AT_PHNUM = 5, ElfHeaderSize = 64, ProgramHeaderSize = 56;

    private int _file, _count;

    // What is read-only after relocation.
    private long _readOnlyFrom, _readOnlySize;

    // struct prctl_mm_map, as it is except for the program's file.
    private fixed long _map[MapWords];

    // Of each part: start, end, protection, offset in the file, and 1 when its content is this process's own.
    private fixed long _parts[Most * WordsEach];

    /// <summary>Finds the program's parts and opens its file again.</summary>
    /// <returns>False if a child could not switch: without CAP_SYS_ADMIN or CAP_CHECKPOINT_RESTORE, on kernels without detached mounts, or if the program's parts are not as expected.</returns>
    public static bool TryPrepare(ProgramImage* image)
    {
        *image = default;
        try
        {
            // It stays open until the child has switched.
            FileDescriptor file = DetachedMounts.OpenReadOnlyFile("/proc/self/exe");
            image->_file = file.Number;
            file.SetHandleAsInvalid();
        }
        catch (LinuxException)
        {
            return false;
        }

        // A process that may switch gets the error that the program is still in use; all others get a permission error.
        if (FindParts(image) && ReadMap(image) && SetMap(image) == -Errno.EBUSY)
        {
            return true;
        }

        SystemCall.Quick(SystemCallNumber.Close, image->_file);
        return false;
    }

    /// <summary>Switches. For a process with one thread and its own memory. Returns 0 or the errno, after which the process must end.</summary>
    public static int Replace(ProgramImage* image)
    {
        for (int i = 0; i < image->_count; i++)
        {
            long* part = image->_parts + (i * WordsEach);
            long start = part[0], size = part[1] - start, protection = part[2];
            if (part[4] == 0)
            {
                long mapped = SystemCall.Quick(SystemCallNumber.Mmap, start, size, protection, MAP_PRIVATE | MAP_FIXED, image->_file, part[3]);
                if (mapped < 0)
                {
                    return (int)-mapped;
                }

                continue;
            }

            long copy = SystemCall.Quick(SystemCallNumber.Mmap, 0, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
            if (copy < 0)
            {
                return (int)-copy;
            }

            for (long at = 0; at < size; at += sizeof(long))
            {
                *(long*)(copy + at) = *(long*)(start + at);
            }

            long moved = SystemCall.Quick(SystemCallNumber.Mremap, copy, size, size, MREMAP_MAYMOVE | MREMAP_FIXED, start);
            if (moved < 0)
            {
                return (int)-moved;
            }
        }

        if (image->_readOnlySize > 0)
        {
            SystemCall.Quick(SystemCallNumber.Mprotect, image->_readOnlyFrom, image->_readOnlySize, PROT_READ);
        }

        // The environment of the cloning process must not be visible in there.
        for (long at = image->_map[EnvironmentStart]; at < image->_map[EnvironmentEnd]; at++)
        {
            *(byte*)at = 0;
        }

        long changed = SetMap(image);
        SystemCall.Quick(SystemCallNumber.Close, image->_file);
        return (int)-changed;
    }

    private static long SetMap(ProgramImage* image) => SystemCall.Quick(SystemCallNumber.Prctl, PR_SET_MM, PR_SET_MM_MAP, (long)image->_map, MapWords * sizeof(long), 0);

    /// <summary>The kernel's data about this process's memory, from proc_pid_stat(5): to be passed back unchanged.</summary>
    private static bool ReadMap(ProgramImage* image)
    {
        const int Size = 2048;
        byte* text = stackalloc byte[Size];
        if (!TryRead("/proc/self/stat\0"u8, text, Size, out int length))
        {
            return false;
        }

        // The second field is the program's name in parentheses, whatever is in it.
        ReadOnlySpan<byte> status = new(text, length);
        int at = status.LastIndexOf((byte)')') + 2;
        for (int field = 3; at < length; field++)
        {
            int end = status[at..].IndexOfAny((byte)' ', (byte)'\n');
            end = end < 0 ? length : at + end;
            int word = field switch { 26 => 0, 27 => 1, 45 => 2, 46 => 3, 47 => 4, 28 => 6, 48 => 7, 49 => 8, 50 => 9, 51 => 10, _ => -1 };
            if (word >= 0 && !Utf8Parser.TryParse(status[at..end], out image->_map[word], out _))
            {
                return false;
            }

            at = end + 1;
        }

        image->_map[HeapEnd] = SystemCall.Quick(SystemCallNumber.Brk, 0);

        // No auxiliary vector (an address, then 32 bits of size), and the file's descriptor.
        image->_map[AuxiliaryVector] = 0;
        image->_map[SizeAndFile] = (long)image->_file << 32;
        return image->_map[EnvironmentStart] != 0;
    }

    /// <summary>Which parts of the file are in memory, from the program's own table (elf(5)), whose place the kernel tells.</summary>
    private static bool FindParts(ProgramImage* image)
    {
        const int Size = 1024;
        long* vector = stackalloc long[Size / sizeof(long)];
        if (!TryRead("/proc/self/auxv\0"u8, (byte*)vector, Size, out int length))
        {
            return false;
        }

        byte* table = null;
        long each = 0, count = 0;
        for (int i = 0; i + 1 < length / sizeof(long); i += 2)
        {
            switch (vector[i])
            {
                case AT_PHDR: table = (byte*)vector[i + 1]; break;
                case AT_PHENT: each = vector[i + 1]; break;
                case AT_PHNUM: count = vector[i + 1]; break;
            }
        }

        // The table follows the header at the start of the file; check that this code lies in what it describes, not in some program that runs it.
        byte* start = table - ElfHeaderSize;
        if (table == null || each != ProgramHeaderSize || ((long)start & (PageSize - 1)) != 0 || Environment.SystemPageSize != PageSize
            || *(uint*)start != ElfMagic || *(long*)(start + 32) != ElfHeaderSize)
        {
            return false;
        }

        long here = (long)(delegate*<ProgramImage*, int>)&Replace;
        bool isOwn = false;
        long protectedFrom = 0, protectedTo = 0;
        for (int i = 0; i < count; i++)
        {
            byte* entry = table + (i * each);
            uint type = *(uint*)entry, flags = *(uint*)(entry + 4);
            long offset = *(long*)(entry + 8), address = (long)start + *(long*)(entry + 16), size = *(long*)(entry + 32);
            if (type == PT_GNU_RELRO)
            {
                // Whole pages only: what shares one with writable data stays writable too.
                protectedFrom = address & -PageSize;
                protectedTo = (address + *(long*)(entry + 40)) & -PageSize;
            }
            else if (type == PT_LOAD && size > 0)
            {
                if (image->_count == Most)
                {
                    return false;
                }

                isOwn |= (flags & PF_X) != 0 && here >= address && here < address + size;
                long* part = image->_parts + (image->_count++ * WordsEach);
                part[0] = address & -PageSize;
                part[1] = (address + size + PageSize - 1) & -PageSize;
                part[2] = ((flags & PF_R) != 0 ? PROT_READ : 0) | ((flags & PF_W) != 0 ? PROT_WRITE : 0) | ((flags & PF_X) != 0 ? PROT_EXEC : 0);
                part[3] = offset & -PageSize;
                part[4] = (flags & PF_W) != 0 ? 1 : 0;
            }
        }

        image->_readOnlyFrom = protectedFrom;
        image->_readOnlySize = Math.Max(0, protectedTo - protectedFrom);
        return isOwn;
    }

    /// <summary>Reads a whole small file of procfs.</summary>
    private static bool TryRead(ReadOnlySpan<byte> path, byte* to, int size, out int length)
    {
        length = 0;
        fixed (byte* p = path)
        {
            long got = SmallFile.Read(p, to, size);
            length = (int)Math.Max(0, got);
            return got > 0 && got < size;
        }
    }
}

using System.Text;
using Quai.Linux.Kernel;

namespace Quai.Linux.Processes;

/// <summary>
/// A program that joins containers can be reached from inside: through /proc/PID/exe, or as the interpreter of a script. So it must run from a file
/// that nobody can write to that way: on a separate read-only mount, or a sealed copy.
/// </summary>
public static unsafe class SealedProgram
{
    private const int MFD_CLOEXEC = 1, MFD_ALLOW_SEALING = 2, MFD_EXEC = 0x10, LowestNumber = 64;
    private const string Self = "/proc/self/exe";

    /// <summary>Re-executes this program from an unwritable file, unless it already runs from one. Returns only in that case.</summary>
    /// <param name="name">The process's name from then on.</param>
    /// <exception cref="LinuxException">Neither a mount nor a copy can be made.</exception>
    public static void Enter(string name)
    {
        if (!IsSealed())
        {
            using FileDescriptor program = OpenSelf();
            Execute(program);
        }

        fixed (byte* p = Encoding.UTF8.GetBytes(name + '\0'))
        {
            SystemCall.Quick(SystemCallNumber.Prctl, ProcessConstants.PR_SET_NAME, (long)p);
        }
    }

    /// <summary>Whether the program that this process runs cannot be opened for writing through it.</summary>
    public static bool IsSealed()
    {
        fixed (byte* path = "/proc/self/exe\0"u8)
        {
            long fd = SystemCall.Quick(SystemCallNumber.Openat, OpenFlags.AT_FDCWD, (long)path, OpenFlags.O_RDONLY | OpenFlags.O_CLOEXEC, 0);
            if (fd < 0)
            {
                return false;
            }

            using FileDescriptor file = new((int)fd);
            long seals = SystemCall.Quick(SystemCallNumber.Fcntl, fd, IoConstants.F_GET_SEALS);

            // struct statfs: f_flags at 80; ST_RDONLY is the mount's.
            long* status = stackalloc long[16];
            return (seals >= 0 && (seals & IoConstants.F_SEAL_WRITE) != 0)
                || (SystemCall.Quick(SystemCallNumber.Fstatfs, fd, (long)status) >= 0 && (status[10] & 1) != 0);
        }
    }

    private static FileDescriptor OpenSelf()
    {
        try
        {
            return DetachedMounts.OpenReadOnly(Self);
        }
        catch (LinuxException)
        {
            // Not permitted, or an older kernel.
            return Copy(Self);
        }
    }

    /// <summary>Opens a program to be executed within the reach of others: through a separate read-only mount or, if unsupported, as a sealed copy.</summary>
    /// <exception cref="LinuxException">It cannot be opened.</exception>
    public static FileDescriptor Open(string path)
    {
        try
        {
            return DetachedMounts.OpenReadOnlyFile(path);
        }
        catch (LinuxException)
        {
            // Not permitted, or an older kernel. A copy's owner can still change its mode and owner.
            return Copy(path);
        }
    }

    /// <summary>
    /// Copies a program into memory and seals the copy: nobody can write to it, whatever their permissions, and the executing process can reach none of the host's files.
    /// Its descriptor has a number above all that spawned programs are given.
    /// </summary>
    /// <exception cref="LinuxException">It cannot be copied.</exception>
    public static FileDescriptor Copy(string path)
    {
        fixed (byte* name = "sealed\0"u8)
        {
            long fd = SystemCall.Quick(SystemCallNumber.MemfdCreate, (long)name, MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_EXEC);
            if (fd == -Errno.EINVAL)
            {
                // Before Linux 6.3 all are executable.
                fd = SystemCall.Quick(SystemCallNumber.MemfdCreate, (long)name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
            }

            if (fd < 0)
            {
                throw new LinuxException("memfd_create", (int)-fd, path);
            }

            FileDescriptor copy = new((int)fd);
            using (FileStream from = File.OpenRead(path))
            {
                byte[] buffer = new byte[1 << 17];
                int count;
                fixed (byte* p = buffer)
                {
                    while ((count = from.Read(buffer)) > 0)
                    {
                        for (int at = 0; at < count;)
                        {
                            long written = SystemCall.Waiting(SystemCallNumber.Write, fd, (long)(p + at), count - at);
                            at += written > 0 ? (int)written : throw new LinuxException("write", (int)-written, path);
                        }
                    }
                }
            }

            long sealedUp = SystemCall.Quick(SystemCallNumber.Fcntl, fd, IoConstants.F_ADD_SEALS, IoConstants.F_SEAL_ALL);
            if (sealedUp < 0)
            {
                throw new LinuxException("fcntl", (int)-sealedUp, path);
            }

            long high = SystemCall.Quick(SystemCallNumber.Fcntl, fd, IoConstants.F_DUPFD_CLOEXEC, LowestNumber);
            copy.Dispose();
            return high < 0 ? throw new LinuxException("fcntl", (int)-high, path) : new FileDescriptor((int)high);
        }
    }

    private static void Execute(FileDescriptor program)
    {
        byte[] arguments = File.ReadAllBytes("/proc/self/cmdline"), environment = File.ReadAllBytes("/proc/self/environ");
        fixed (byte* argumentTexts = arguments, environmentTexts = environment)
        fixed (nint* argv = Pointers(arguments, (nint)argumentTexts), envp = Pointers(environment, (nint)environmentTexts))
        {
            byte empty = 0;
            long failed = SystemCall.Quick(SystemCallNumber.Execveat, program.Number, (long)&empty, (long)argv, (long)envp, OpenFlags.AT_EMPTY_PATH);
            throw new LinuxException("execveat", (int)-failed, Self);
        }
    }

    /// <summary>Where each of the strings begins, and null.</summary>
    private static nint[] Pointers(byte[] texts, nint start)
    {
        List<nint> pointers = [];
        for (int at = 0; at < texts.Length;)
        {
            pointers.Add(start + at);
            int end = Array.IndexOf(texts, (byte)0, at);
            at = end < 0 ? texts.Length : end + 1;
        }

        return [.. pointers, 0];
    }
}

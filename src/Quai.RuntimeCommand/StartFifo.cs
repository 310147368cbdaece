using System.Text;
using Quai.Errors;
using Quai.Linux;
using Quai.Linux.Kernel;

namespace Quai.RuntimeCommand;

/// <summary>Where a created container's first process waits until somebody starts it.</summary>
internal static unsafe class StartFifo
{
    /// <summary>Creates the fifo, and opens it for the process that will wait: at both ends, so that it neither blocks now nor reports end of file later.</summary>
    /// <exception cref="LinuxException">It cannot be created.</exception>
    public static FileDescriptor Make(string path)
    {
        fixed (byte* p = Encoding.UTF8.GetBytes(path + '\0'))
        {
            Check(SystemCall.Quick(SystemCallNumber.Mknodat, OpenFlags.AT_FDCWD, (long)p, ProcessConstants.S_IFIFO | 0x180, 0), "mkfifo", path);
            return new FileDescriptor((int)Check(SystemCall.Quick(SystemCallNumber.Openat, OpenFlags.AT_FDCWD, (long)p, OpenFlags.O_RDWR | OpenFlags.O_CLOEXEC, 0), "open", path));
        }
    }

    /// <summary>Releases the process, and removes the fifo.</summary>
    /// <param name="path">The fifo.</param>
    /// <param name="awaitExecution">Whether to wait until the program has been executed.</param>
    /// <exception cref="QuaiException">The process has died.</exception>
    /// <exception cref="LinuxException">The fifo does not exist.</exception>
    public static void Release(string path, bool awaitExecution)
    {
        fixed (byte* p = Encoding.UTF8.GetBytes(path + '\0'))
        {
            // Refused if nobody has it open for reading.
            long fd = SystemCall.Quick(SystemCallNumber.Openat, OpenFlags.AT_FDCWD, (long)p, OpenFlags.O_WRONLY | OpenFlags.O_CLOEXEC | OpenFlags.O_NONBLOCK, 0);
            if (fd == -Errno.ENXIO)
            {
                throw QuaiException.System("the container's first process has died before it was started");
            }

            using FileDescriptor fifo = new((int)Check(fd, "open", path));
            byte go = 0;
            Check(SystemCall.Quick(SystemCallNumber.Write, fd, (long)&go, 1), "write", path);
        }

        if (awaitExecution)
        {
            AwaitExecution(path);
        }

        File.Delete(path);
    }

    /// <summary>Waits until the process that was released has closed its end: it has executed the program, or has ended.</summary>
    /// <exception cref="LinuxException">The fifo does not exist.</exception>
    private static void AwaitExecution(string path)
    {
        TimeSpec pause;
        fixed (byte* p = Encoding.UTF8.GetBytes(path + '\0'))
        {
            while (true)
            {
                // Refused once nobody has it open for reading.
                long fd = SystemCall.Quick(SystemCallNumber.Openat, OpenFlags.AT_FDCWD, (long)p, OpenFlags.O_WRONLY | OpenFlags.O_CLOEXEC | OpenFlags.O_NONBLOCK, 0);
                if (fd == -Errno.ENXIO)
                {
                    return;
                }

                SystemCall.Quick(SystemCallNumber.Close, Check(fd, "open", path));

                // The kernel subtracts the time that has passed.
                pause.Seconds = 0;
                pause.Nanoseconds = 500_000;
                SystemCall.Quick(SystemCallNumber.PPoll, 0, 0, (long)&pause, 0, 0);
            }
        }
    }

    private static long Check(long result, string call, string path) => result < 0 ? throw new LinuxException(call, (int)-result, path) : result;
}

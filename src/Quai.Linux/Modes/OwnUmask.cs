using System.Runtime.ExceptionServices;
using Quai.Linux.Kernel;

namespace Quai.Linux.Modes;

/// <summary>
/// Does something under another umask than the process's: what is made for others than this process, where a change of mode afterwards by path
/// could hit what has taken the place meanwhile, and mounts of file systems that take their modes from the umask (vfat).
/// </summary>
public static class OwnUmask
{
    private const long CLONE_FS = 0x200;

    /// <summary>The usual umask: others may read, and pass through folders.</summary>
    public const uint Usual = 0x12;

    /// <summary>Runs <paramref name="work"/> on a thread that shares its umask with nobody; what it throws is thrown here.</summary>
    public static void Run(uint umask, Action work)
    {
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(
            () =>
            {
                try
                {
                    long result = SystemCall.Quick(SystemCallNumber.Unshare, CLONE_FS);
                    if (result < 0)
                    {
                        throw new LinuxException("unshare", (int)-result);
                    }

                    SystemCall.Quick(SystemCallNumber.Umask, umask);
                    work();
                }
                catch (Exception e)
                {
                    failure = ExceptionDispatchInfo.Capture(e);
                }
            },
            maxStackSize: 256 << 10);
        thread.Start();
        thread.Join();
        failure?.Throw();
    }
}

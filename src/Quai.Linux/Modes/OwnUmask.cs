using System.Runtime.ExceptionServices;
using Quai.Linux.Kernel;

namespace Quai.Linux.Modes;

/// <summary>
/// Does something under a umask different from the process's: creating files for others, where changing the mode afterwards by path
/// could hit something that took their place meanwhile, and mounting file systems that take their modes from the umask (vfat).
/// </summary>
public static class OwnUmask
{
    private const long CLONE_FS = 0x200;

    /// <summary>The usual umask: others may read, and traverse folders.</summary>
    public const uint Usual = 0x12;

    /// <summary>Runs <paramref name="work"/> on a thread with a private umask; rethrows what it throws.</summary>
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

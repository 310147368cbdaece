using System.Runtime.ExceptionServices;
using Quai.Linux.Kernel;

namespace Quai.Linux.Quotas;

/// <summary>Does something as those do whom quotas bind: ext4 lets whoever has CAP_SYS_RESOURCE exceed them.</summary>
public static unsafe class BoundByQuotas
{
    // Version 3 of linux/capability.h: sets of 64 bits, in two halves of effective, permitted and inheritable each.
    private const uint Version = 0x20080522;

    /// <summary>Runs <paramref name="work"/> on a thread without the capability, which ends with it; rethrows what it throws.</summary>
    /// <param name="work">System calls alone: a thread that it has created, the thread pool's included, would lack the capability as well.</param>
    /// <exception cref="LinuxException">The capability cannot be laid down.</exception>
    public static void Run(Action work)
    {
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                LayDown(Capabilities.NumberOf("CAP_SYS_RESOURCE"));
                work();
            }
            catch (Exception e)
            {
                failure = ExceptionDispatchInfo.Capture(e);
            }
        });
        thread.Start();
        thread.Join();
        failure?.Throw();
    }

    /// <summary>Takes a capability out of this thread's effective set.</summary>
    private static void LayDown(int capability)
    {
        ulong header = Version;
        uint* sets = stackalloc uint[6];
        Check(SystemCall.Quick(SystemCallNumber.Capget, (long)&header, (long)sets), "capget");
        sets[3 * (capability / 32)] &= ~(1U << (capability % 32));
        Check(SystemCall.Quick(SystemCallNumber.Capset, (long)&header, (long)sets), "capset");
    }

    private static void Check(long result, string call)
    {
        if (result < 0)
        {
            throw new LinuxException(call, (int)-result);
        }
    }
}

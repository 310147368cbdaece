using Quai.Linux.Kernel;
using Quai.Plans;
using Quai.Plans.Protocol;
using static Quai.Linux.Kernel.SystemCall;

namespace Quai.Shim;

/// <summary>
/// The shim of one container: runs its plan, holds its streams, writes its log, reaps it and records its exit.
/// It lives on unmanaged memory and plain system calls, so that its heap stays as small as it was at the start.
/// Arguments: the streams of the first client, as a digit, and the container's id for readers of the process list.
/// </summary>
internal static unsafe class Program
{
    private static int Main(string[] arguments)
    {
        if (arguments.Length < 2)
        {
            return 125;
        }

        // Programs in the container must not look into this process, nor into what is cloned from it.
        Quick(SystemCallNumber.Prctl, ProcessConstants.PR_SET_DUMPABLE, 0);

        // A disconnected client is no reason to die.
        byte* ignore = stackalloc byte[32];
        new Span<byte>(ignore, 32).Clear();
        *(long*)ignore = 1;
        Quick(SystemCallNumber.RtSigaction, ProcessConstants.SIGPIPE, (long)ignore, 0, 8);

        if (!Memory.MapPlan(ShimProtocol.PlanFd, out byte* plan, out long size))
        {
            return 125;
        }

        int streams = arguments[0].Length == 1 ? arguments[0][0] - '0' : 0;
        int code = Shim.Run(plan, streams);
        Memory.Unmap(plan, size);
        return code;
    }
}

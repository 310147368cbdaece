using Quai.Linux.Kernel;

namespace Quai.Linux.Processes;

/// <summary>The descriptors of this process.</summary>
public static class Descriptors
{
    /// <summary>
    /// Marks all but stdio close-on-exec: for a program's start, since its caller may have left some open that its own children must not get.
    /// </summary>
    public static void CloseOnExecute() =>
        SystemCall.Quick(SystemCallNumber.CloseRange, 3, uint.MaxValue, ProcessConstants.CLOSE_RANGE_CLOEXEC);

    /// <summary>Whether a number is an open descriptor.</summary>
    public static bool IsOpen(int number) => SystemCall.Quick(SystemCallNumber.Fcntl, number, IoConstants.F_GETFD) >= 0;
}

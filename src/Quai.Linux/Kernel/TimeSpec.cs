using System.Runtime.InteropServices;

namespace Quai.Linux.Kernel;

#pragma warning disable CS1591 // named after clock_gettime(2)

/// <summary><c>struct timespec</c>. The system call <c>ppoll</c> subtracts the time that has passed, so set it again for each call.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct TimeSpec
{
    public long Seconds, Nanoseconds;
}

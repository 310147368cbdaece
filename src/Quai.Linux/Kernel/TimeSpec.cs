using System.Runtime.InteropServices;

namespace Quai.Linux.Kernel;

#pragma warning disable CS1591 // named after clock_gettime(2)

/// <summary><c>struct timespec</c>. The system call <c>ppoll</c> takes from it what has passed: it is to be set anew for each call.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct TimeSpec
{
    public long Seconds, Nanoseconds;
}

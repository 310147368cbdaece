using System.Runtime.InteropServices;

namespace Quai.Linux.Kernel;

#pragma warning disable CS1591 // named after poll(2)

/// <summary><c>struct pollfd</c>: what <c>ppoll</c> is asked about a descriptor, and what it answers. A negative descriptor is ignored.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct PollEntry
{
    public int Descriptor;
    public short Events, Returned;
}

using System.Runtime.InteropServices;

namespace Quai.Linux.Kernel;

#pragma warning disable CS1591 // named after readv(2)

/// <summary><c>struct iovec</c>: one piece of memory.</summary>
[StructLayout(LayoutKind.Sequential)]
public unsafe struct IoVector
{
    public byte* Base;
    public ulong Length;
}

using System.Runtime.InteropServices;

namespace Quai.Linux.Kernel;

#pragma warning disable CS1591 // named after sendmsg(2)

/// <summary><c>struct msghdr</c>: what <c>sendmsg</c> and <c>recvmsg</c> transfer besides plain bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
public unsafe struct MessageHeader
{
    public void* Name;
    public int NameLength;
    public IoVector* Vectors;
    public ulong VectorCount;
    public byte* Control;
    public ulong ControlLength;
    public int Flags;
}

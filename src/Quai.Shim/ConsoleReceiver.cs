using System.Runtime.InteropServices;
using Quai.Linux.Kernel;
using static Quai.Linux.Kernel.SystemCall;

namespace Quai.Shim;

/// <summary>Receives the terminal's master that the container's first process sends.</summary>
internal static unsafe class ConsoleReceiver
{
    [StructLayout(LayoutKind.Sequential)]
    private struct MessageHeader
    {
        public void* Name;
        public int NameLength;
        public void** Vectors;
        public ulong VectorCount;
        public byte* Control;
        public ulong ControlLength;
        public int Flags;
    }

    /// <summary>The descriptor, or -1.</summary>
    public static int Receive(int socket)
    {
        byte one = 0;
        void** vector = stackalloc void*[2];
        vector[0] = &one;
        vector[1] = (void*)1;
        byte* control = stackalloc byte[32];
        MessageHeader message = default;
        message.Vectors = vector;
        message.VectorCount = 1;
        message.Control = control;
        message.ControlLength = 32;
        long got = Quick(SystemCallNumber.Recvmsg, socket, (long)&message, IoConstants.MSG_DONTWAIT | IoConstants.MSG_CMSG_CLOEXEC);
        return got > 0 && message.ControlLength >= 20 ? *(int*)(control + 16) : -1;
    }
}

using Quai.Linux.Kernel;
using static Quai.Linux.Kernel.SystemCall;

namespace Quai.Shim;

/// <summary>Receives the terminal's master that the container's first process sends.</summary>
internal static unsafe class ConsoleReceiver
{
    /// <summary>The descriptor, or -1.</summary>
    public static int Receive(int socket)
    {
        byte one = 0;
        IoVector vector;
        vector.Base = &one;
        vector.Length = 1;
        byte* control = stackalloc byte[32];
        MessageHeader message = default;
        message.Vectors = &vector;
        message.VectorCount = 1;
        message.Control = control;
        message.ControlLength = 32;
        long got = Quick(SystemCallNumber.Recvmsg, socket, (long)&message, IoConstants.MSG_DONTWAIT | IoConstants.MSG_CMSG_CLOEXEC);
        return got > 0 && message.ControlLength >= 20 ? *(int*)(control + 16) : -1;
    }
}

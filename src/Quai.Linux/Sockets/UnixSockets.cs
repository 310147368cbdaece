using System.Text;
using Quai.Linux.Kernel;

namespace Quai.Linux.Sockets;

/// <summary>Unix socket features that .NET's own sockets lack: pairs, packets, passed descriptors, paths of any length.</summary>
public static unsafe class UnixSockets
{
    /// <summary>A connected pair.</summary>
    /// <param name="type">SOCK_STREAM or SOCK_SEQPACKET.</param>
    public static (FileDescriptor First, FileDescriptor Second) Pair(int type)
    {
        int* pair = stackalloc int[2];
        long result = SystemCall.Quick(SystemCallNumber.Socketpair, IoConstants.AF_UNIX, type | IoConstants.SOCK_CLOEXEC, 0, (long)pair);
        return result < 0 ? throw new LinuxException("socketpair", (int)-result) : (new FileDescriptor(pair[0]), new FileDescriptor(pair[1]));
    }

    /// <summary>Listens for packets at <c>directory/name</c>, however long the directory's path is.</summary>
    public static FileDescriptor Listen(string directory, string name, int type)
    {
        FileDescriptor socket = Socket(type);
        try
        {
            using FileDescriptor folder = OpenDirectory(directory);
            byte* address = stackalloc byte[110];
            int length = Address(address, folder, name);
            Check(SystemCall.Quick(SystemCallNumber.Bind, socket.Number, (long)address, length), "bind", $"{directory}/{name}");
            Check(SystemCall.Quick(SystemCallNumber.Listen, socket.Number, 16), "listen", $"{directory}/{name}");
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Connects to <c>directory/name</c>; null if nobody listens there.</summary>
    public static FileDescriptor? Connect(string directory, string name, int type)
    {
        if (!Directory.Exists(directory))
        {
            return null;
        }

        FileDescriptor socket = Socket(type);
        using FileDescriptor folder = OpenDirectory(directory);
        byte* address = stackalloc byte[110];
        int length = Address(address, folder, name);
        if (SystemCall.Quick(SystemCallNumber.Connect, socket.Number, (long)address, length) < 0)
        {
            socket.Dispose();
            return null;
        }

        return socket;
    }

    /// <summary>Sends one packet with descriptors.</summary>
    /// <exception cref="LinuxException">The other end is gone or does not keep up.</exception>
    public static void Send(int socket, ReadOnlySpan<byte> packet, ReadOnlySpan<int> descriptors)
    {
        fixed (byte* data = packet)
        {
            IoVector vector;
            vector.Base = data;
            vector.Length = (ulong)packet.Length;
            byte* control = stackalloc byte[64];
            MessageHeader message = default;
            message.Vectors = &vector;
            message.VectorCount = 1;
            if (descriptors.Length > 0)
            {
                *(ulong*)control = (ulong)(16 + (descriptors.Length * 4));
                *(int*)(control + 8) = IoConstants.SOL_SOCKET;
                *(int*)(control + 12) = IoConstants.SCM_RIGHTS;
                for (int i = 0; i < descriptors.Length; i++)
                {
                    *(int*)(control + 16 + (i * 4)) = descriptors[i];
                }

                message.Control = control;
                message.ControlLength = (ulong)((16 + (descriptors.Length * 4) + 7) & ~7);
            }

            Check(SystemCall.Quick(SystemCallNumber.Sendmsg, socket, (long)&message, IoConstants.MSG_NOSIGNAL | IoConstants.MSG_DONTWAIT), "sendmsg", null);
        }
    }

    /// <summary>Receives one descriptor that was sent with a byte of data; -1 if there is none.</summary>
    public static int ReceiveDescriptor(int socket)
    {
        byte data = 0;
        IoVector vector;
        vector.Base = &data;
        vector.Length = 1;
        byte* control = stackalloc byte[32];
        MessageHeader message = default;
        message.Vectors = &vector;
        message.VectorCount = 1;
        message.Control = control;
        message.ControlLength = 32;
        long got = SystemCall.Waiting(SystemCallNumber.Recvmsg, socket, (long)&message, IoConstants.MSG_CMSG_CLOEXEC);
        return got > 0 && message.ControlLength >= 20 && *(int*)(control + 12) == IoConstants.SCM_RIGHTS ? *(int*)(control + 16) : -1;
    }

    /// <summary>Waits for one packet and the descriptor that may come with it.</summary>
    /// <param name="socket">The socket.</param>
    /// <param name="packet">Takes the packet.</param>
    /// <param name="descriptor">The descriptor, close-on-exec; -1 if there is none.</param>
    /// <returns>The packet's length; 0 if the other end has gone, minus the errno if it cannot be received.</returns>
    public static int Receive(int socket, Span<byte> packet, out int descriptor)
    {
        byte* control = stackalloc byte[32];
        IoVector vector;
        MessageHeader message = default;
        message.Vectors = &vector;
        message.VectorCount = 1;
        long got;
        fixed (byte* data = packet)
        {
            do
            {
                vector.Base = data;
                vector.Length = (ulong)packet.Length;
                message.Control = control;
                message.ControlLength = 32;
                got = SystemCall.Waiting(SystemCallNumber.Recvmsg, socket, (long)&message, IoConstants.MSG_CMSG_CLOEXEC);
            }
            while (got == -Errno.EINTR);
        }

        descriptor = got > 0 && message.ControlLength >= 20 && *(int*)(control + 12) == IoConstants.SCM_RIGHTS ? *(int*)(control + 16) : -1;
        return (int)got;
    }

    /// <summary>An unnamed file that contains these bytes.</summary>
    public static FileDescriptor MemoryFile(ReadOnlySpan<byte> content)
    {
        fixed (byte* name = "quai\0"u8)
        fixed (byte* data = content)
        {
            long fd = SystemCall.Quick(SystemCallNumber.MemfdCreate, (long)name, 1);
            Check(fd, "memfd_create", null);
            FileDescriptor file = new((int)fd);
            long at = 0;
            while (at < content.Length)
            {
                long written = SystemCall.Quick(SystemCallNumber.Write, fd, (long)(data + at), content.Length - at);
                Check(written, "write", null);
                at += written;
            }

            return file;
        }
    }

    private static FileDescriptor Socket(int type)
    {
        long fd = SystemCall.Quick(SystemCallNumber.Socket, IoConstants.AF_UNIX, type | IoConstants.SOCK_CLOEXEC, 0);
        Check(fd, "socket", null);
        return new FileDescriptor((int)fd);
    }

    private static FileDescriptor OpenDirectory(string directory)
    {
        byte[] path = Encoding.UTF8.GetBytes(directory + '\0');
        fixed (byte* p = path)
        {
            long fd = SystemCall.Quick(SystemCallNumber.Openat, OpenFlags.AT_FDCWD, (long)p, OpenFlags.O_PATH | OpenFlags.O_DIRECTORY | OpenFlags.O_CLOEXEC, 0);
            Check(fd, "open", directory);
            return new FileDescriptor((int)fd);
        }
    }

    /// <summary>sockaddr_un of a name within an open directory: no path is too long for it.</summary>
    private static int Address(byte* address, FileDescriptor folder, string name)
    {
        new Span<byte>(address, 110).Clear();
        *(ushort*)address = IoConstants.AF_UNIX;
        return 2 + Encoding.UTF8.GetBytes($"/proc/self/fd/{folder.Number}/{name}", new Span<byte>(address + 2, 107)) + 1;
    }

    private static void Check(long result, string call, string? path)
    {
        if (result < 0)
        {
            throw new LinuxException(call, (int)-result, path);
        }
    }
}

using Quai.Linux;
using Quai.Linux.Kernel;
using Quai.Plans.Protocol;
using Quai.Shim.Logging;
using static Quai.Linux.Kernel.SystemCall;

namespace Quai.Shim;

/// <summary>
/// Copies between programs and clients. A client that does not keep up holds its program back, as a pipe would;
/// nothing is buffered beyond one chunk per client.
/// </summary>
internal static unsafe class Streams
{
    private const int Chunk = 16 * 1024, Header = 8;

    // One buffer for all: a frame's header is put before what was read.
    private static readonly byte* Scratch = Memory.Map(Header + Chunk);

    /// <summary>Whether some client of this process has not yet taken a chunk.</summary>
    public static bool IsHeldBack(int process)
    {
        for (int i = 0; i < Tables.ClientCount; i++)
        {
            ClientEntry* client = Tables.Clients + i;
            if (client->InUse != 0 && client->Process == process && client->PendingLength > 0)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Reads once from a program's output and passes it to the log and the clients.</summary>
    public static void PumpOutput(int process, bool error)
    {
        // One of the two streams may have filled the log since the poll.
        if (process == 0 && ContainerLog.IsBlocked)
        {
            return;
        }

        ProcessEntry* entry = Tables.Processes + process;
        int* descriptor = error ? &entry->Error : &entry->Output;
        byte* data = Scratch + Header;
        long got = Quick(SystemCallNumber.Read, *descriptor, (long)data, Chunk);
        if (got is -Errno.EAGAIN or -Errno.EINTR)
        {
            return;
        }

        if (got <= 0)
        {
            // A terminal without users left gives EIO.
            if (entry->Terminal != 0 && entry->Input == *descriptor)
            {
                entry->Input = -1;
            }

            Quick(SystemCallNumber.Close, *descriptor);
            *descriptor = -1;
            return;
        }

        if (process == 0)
        {
            ContainerLog.Take(error ? 1 : 0, data, (int)got);
        }

        byte* frame = data;
        int length = (int)got;
        if (entry->Terminal == 0)
        {
            frame = Scratch;
            *(int*)frame = error ? 2 : 1;
            frame[4] = (byte)(length >> 24);
            frame[5] = (byte)(length >> 16);
            frame[6] = (byte)(length >> 8);
            frame[7] = (byte)length;
            length += Header;
        }

        int wanted = error ? ShimProtocol.Stderr : ShimProtocol.Stdout;
        for (int i = 0; i < Tables.ClientCount; i++)
        {
            ClientEntry* client = Tables.Clients + i;
            if (client->InUse != 0 && client->Process == process && (client->Streams & wanted) != 0)
            {
                Send(client, frame, length);
            }
        }
    }

    /// <summary>Continues sending what a client has not taken.</summary>
    public static void Resume(ClientEntry* client)
    {
        long sent = Quick(
            SystemCallNumber.Sendto, client->Socket, (long)(client->Pending + client->PendingOffset), client->PendingLength, IoConstants.MSG_DONTWAIT | IoConstants.MSG_NOSIGNAL, 0, 0);
        if (sent is -Errno.EAGAIN or -Errno.EINTR)
        {
            return;
        }

        if (sent < 0)
        {
            Drop(client);
            return;
        }

        client->PendingOffset += (int)sent;
        client->PendingLength -= (int)sent;
        if (client->PendingLength == 0)
        {
            FreePending(client);
        }
    }

    /// <summary>Reads once from a client and passes it to its program.</summary>
    public static void PumpInput(ClientEntry* client)
    {
        ProcessEntry* entry = Tables.Processes + client->Process;
        byte* data = Scratch + Header;
        long got = Quick(SystemCallNumber.Recvfrom, client->Socket, (long)data, Chunk, IoConstants.MSG_DONTWAIT, 0, 0);
        if (got is -Errno.EAGAIN or -Errno.EINTR)
        {
            return;
        }

        if (got < 0)
        {
            Drop(client);
            return;
        }

        if (got == 0)
        {
            client->InputEnded = 1;
            if ((client->Streams & ShimProtocol.Stdin) != 0 && entry->CloseInputWithClient != 0 && entry->Terminal == 0)
            {
                CloseInput(entry);
            }

            return;
        }

        if ((client->Streams & ShimProtocol.Stdin) != 0 && entry->Input >= 0)
        {
            Feed(entry, data, (int)got);
        }
    }

    /// <summary>Continues sending a program what it has not taken.</summary>
    public static void ResumeInput(ProcessEntry* entry)
    {
        long written = Quick(SystemCallNumber.Write, entry->Input, (long)(entry->Pending + entry->PendingOffset), entry->PendingLength);
        if (written is -Errno.EAGAIN or -Errno.EINTR)
        {
            return;
        }

        if (written > 0 && written < entry->PendingLength)
        {
            entry->PendingOffset += (int)written;
            entry->PendingLength -= (int)written;
            return;
        }

        FreeInput(entry);
        if (written < 0)
        {
            ShutInput(entry);
        }
        else if (entry->CloseInputWithClient == 2)
        {
            ShutInput(entry);
        }
    }

    /// <summary>Forgets what a program has not taken.</summary>
    public static void FreeInput(ProcessEntry* entry)
    {
        if (entry->Pending != null)
        {
            Memory.Unmap(entry->Pending, Chunk);
        }

        entry->Pending = null;
        entry->PendingLength = entry->PendingOffset = 0;
    }

    /// <summary>Closes a program's stdin, once it has taken all pending input.</summary>
    public static void CloseInput(ProcessEntry* entry)
    {
        if (entry->PendingLength > 0)
        {
            entry->CloseInputWithClient = 2;
        }
        else
        {
            ShutInput(entry);
        }
    }

    /// <summary>Disconnects a client.</summary>
    public static void Drop(ClientEntry* client)
    {
        ProcessEntry* entry = Tables.Processes + client->Process;
        bool endsInput = client->InputEnded == 0 && (client->Streams & ShimProtocol.Stdin) != 0 && entry->CloseInputWithClient != 0 && entry->Terminal == 0;
        Quick(SystemCallNumber.Close, client->Socket);
        FreePending(client);
        client->InUse = 0;
        if (endsInput && entry->InUse != 0)
        {
            CloseInput(entry);
        }

        Tables.Shrink();
    }

    private static void ShutInput(ProcessEntry* entry)
    {
        if (entry->Input >= 0 && entry->Input != entry->Output)
        {
            Quick(SystemCallNumber.Close, entry->Input);
        }

        entry->Input = -1;
    }

    private static void Feed(ProcessEntry* entry, byte* data, int length)
    {
        long written = Quick(SystemCallNumber.Write, entry->Input, (long)data, length);
        if (written == length)
        {
            return;
        }

        if (written < 0 && written != -Errno.EAGAIN && written != -Errno.EINTR)
        {
            ShutInput(entry);
            return;
        }

        int done = written < 0 ? 0 : (int)written;
        entry->Pending = Memory.Map(Chunk);
        entry->PendingOffset = 0;
        entry->PendingLength = length - done;
        Buffer.MemoryCopy(data + done, entry->Pending, Chunk, length - done);
    }

    private static void Send(ClientEntry* client, byte* frame, int length)
    {
        if (client->PendingLength > 0)
        {
            Owe(client, frame, length);
            return;
        }

        long sent = Quick(SystemCallNumber.Sendto, client->Socket, (long)frame, length, IoConstants.MSG_DONTWAIT | IoConstants.MSG_NOSIGNAL, 0, 0);
        if (sent == length)
        {
            return;
        }

        if (sent < 0 && sent != -Errno.EAGAIN && sent != -Errno.EINTR)
        {
            Drop(client);
            return;
        }

        int done = sent < 0 ? 0 : (int)sent;
        Owe(client, frame + done, length - done);
    }

    /// <summary>Keeps what a client could not take. More than one chunk only after its program has ended: at most what a pipe holds.</summary>
    private static void Owe(ClientEntry* client, byte* data, int length)
    {
        int needed = client->PendingLength + length;
        if (client->PendingOffset + needed > client->PendingCapacity)
        {
            int capacity = Math.Max(Header + Chunk, needed);
            byte* larger = Memory.Map(capacity);
            Buffer.MemoryCopy(client->Pending + client->PendingOffset, larger, capacity, client->PendingLength);
            int length0 = client->PendingLength;
            FreePending(client);
            client->Pending = larger;
            client->PendingLength = length0;
            client->PendingCapacity = capacity;
        }

        Buffer.MemoryCopy(data, client->Pending + client->PendingOffset + client->PendingLength, client->PendingCapacity - client->PendingOffset - client->PendingLength, length);
        client->PendingLength += length;
    }

    private static void FreePending(ClientEntry* client)
    {
        if (client->Pending != null)
        {
            Memory.Unmap(client->Pending, client->PendingCapacity);
        }

        client->Pending = null;
        client->PendingLength = client->PendingOffset = client->PendingCapacity = 0;
    }
}

using System.Runtime.InteropServices;

namespace Quai.Shim;

/// <summary>A process the shim started: entry 0 is the container's first, the others are execs.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct ProcessEntry
{
    public int InUse, Pid, Pidfd, ExitCode, Exited, Terminal;

    // Whether an exec's end has been reported; its clients may still take their remaining output.
    public int Reported;

    // Our ends: what the program reads, writes; for a terminal the master is Output and Input.
    public int Input, Output, Error;

    // Whether stdin is closed when the first client disconnects.
    public int CloseInputWithClient;

    // When an ended program stops being drained (milliseconds of the monotonic clock); 0 while it runs.
    public long DrainUntil;

    // Input that the program has not taken yet.
    public byte* Pending;
    public int PendingLength, PendingOffset;
    public fixed byte Id[64];
}

/// <summary>A client's connection to a process's streams.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct ClientEntry
{
    public int InUse, Socket, Process, Streams, InputEnded;

    // Output that the client has not taken yet.
    public byte* Pending;
    public int PendingLength, PendingOffset, PendingCapacity;
}

/// <summary>The shim's few tables, in pages that are touched only as they fill.</summary>
internal static unsafe class Tables
{
    public const int MaximumProcesses = 2048, MaximumClients = 4096, MaximumControls = 64;

    public static readonly ProcessEntry* Processes = (ProcessEntry*)Memory.Map(MaximumProcesses * sizeof(ProcessEntry));
    public static readonly ClientEntry* Clients = (ClientEntry*)Memory.Map(MaximumClients * sizeof(ClientEntry));
    public static readonly int* Controls = (int*)Memory.Map(MaximumControls * sizeof(int));

    // One more than the highest entry in use.
    public static int ProcessCount, ClientCount, ControlCount;

    public static ProcessEntry* NewProcess()
    {
        for (int i = 0; i < MaximumProcesses; i++)
        {
            if (Processes[i].InUse == 0)
            {
                Processes[i] = default;
                Processes[i].InUse = 1;
                Processes[i].Pidfd = Processes[i].Input = Processes[i].Output = Processes[i].Error = -1;
                ProcessCount = Math.Max(ProcessCount, i + 1);
                return Processes + i;
            }
        }

        return null;
    }

    public static ClientEntry* NewClient(int socket, int process, int streams)
    {
        for (int i = 0; i < MaximumClients; i++)
        {
            if (Clients[i].InUse == 0)
            {
                Clients[i] = default;
                Clients[i].InUse = 1;
                Clients[i].Socket = socket;
                Clients[i].Process = process;
                Clients[i].Streams = streams;
                ClientCount = Math.Max(ClientCount, i + 1);
                return Clients + i;
            }
        }

        return null;
    }

    public static void Shrink()
    {
        while (ProcessCount > 1 && Processes[ProcessCount - 1].InUse == 0)
        {
            ProcessCount--;
        }

        while (ClientCount > 0 && Clients[ClientCount - 1].InUse == 0)
        {
            ClientCount--;
        }
    }
}

using Quai.Linux;
using Quai.Linux.Kernel;
using Quai.Plans.Protocol;
using Quai.Shim.Logging;
using static Quai.Linux.Kernel.IoConstants;
using static Quai.Linux.Kernel.SystemCall;

namespace Quai.Shim;

/// <summary>The shim's single loop: waits for whatever comes next and dispatches it.</summary>
internal static unsafe class Loop
{
    // What an entry of the poll set stands for.
    private enum Kind
    {
        Listener,
        Control,
        Exit,
        Output,
        Error,
        Input,
        Client,
        OutOfMemory,
        LogServer,
    }

    private const int Maximum = Tables.MaximumControls + (Tables.MaximumProcesses * 4) + Tables.MaximumClients + 3;
    private const long ClientGraceMilliseconds = 5000;

    private static readonly PollEntry* Set = (PollEntry*)Memory.Map(Maximum * sizeof(PollEntry));

    // Kind in the high byte, index below.
    private static readonly int* Meaning = (int*)Memory.Map(Maximum * sizeof(int));
    private static int _count;

    /// <summary>Runs until the container has ended and everybody has been notified.</summary>
    public static void Run()
    {
        bool finished = false;
        long until = 0;
        long* limit = stackalloc long[2];
        while (true)
        {
            int timeout = Prepare(finished);
            if (finished && (_count == 0 || Clock.Steady() > until))
            {
                return;
            }

            limit[0] = timeout / 1000;
            limit[1] = timeout % 1000 * 1_000_000L;
            long ready = Waiting(SystemCallNumber.PPoll, (long)Set, _count, timeout < 0 ? 0 : (long)limit, 0, 0);
            if (ready > 0)
            {
                Dispatch();
            }

            ContainerLog.Resume();

            if (!finished && Settle())
            {
                finished = true;
                until = Clock.Steady() + ClientGraceMilliseconds;
            }
        }
    }

    /// <summary>Fills the poll set; returns the timeout in milliseconds, -1 for none.</summary>
    private static int Prepare(bool finished)
    {
        _count = 0;
        int timeout = finished ? 100 : -1;
        if (!finished)
        {
            Add(ShimProtocol.ListenerFd, POLLIN, Kind.Listener, 0);
            if (MemoryWatch.Descriptor >= 0)
            {
                Add(MemoryWatch.Descriptor, POLLIN, Kind.OutOfMemory, 0);
            }

            if (RemoteLog.Prepare(out short events, ref timeout) is >= 0 and var server)
            {
                Add(server, events, Kind.LogServer, 0);
            }

            for (int i = 0; i < Tables.ControlCount; i++)
            {
                Add(Tables.Controls[i], POLLIN, Kind.Control, i);
            }

            for (int i = 0; i < Tables.ProcessCount; i++)
            {
                ProcessEntry* entry = Tables.Processes + i;
                if (entry->InUse == 0)
                {
                    continue;
                }

                if (entry->Exited == 0)
                {
                    Add(entry->Pidfd, POLLIN, Kind.Exit, i);
                }
                else if (entry->Reported == 0)
                {
                    timeout = timeout < 0 ? 20 : Math.Min(timeout, 20);
                }

                // What an ended program left goes to the log at once, however slow the clients are. A log that does not keep up is waited for.
                if ((entry->Exited != 0 || !Streams.IsHeldBack(i)) && !(i == 0 && ContainerLog.IsBlocked))
                {
                    if (entry->Output >= 0)
                    {
                        Add(entry->Output, POLLIN, Kind.Output, i);
                    }

                    if (entry->Error >= 0)
                    {
                        Add(entry->Error, POLLIN, Kind.Error, i);
                    }
                }

                if (entry->PendingLength > 0 && entry->Input >= 0)
                {
                    Add(entry->Input, POLLOUT, Kind.Input, i);
                }
            }
        }

        for (int i = 0; i < Tables.ClientCount; i++)
        {
            ClientEntry* client = Tables.Clients + i;
            if (client->InUse == 0)
            {
                continue;
            }

            if (finished)
            {
                // Wait only for what is owed.
                if (client->PendingLength > 0)
                {
                    Add(client->Socket, POLLOUT, Kind.Client, i);
                }

                continue;
            }

            short wanted = 0;
            if (client->PendingLength > 0)
            {
                wanted |= POLLOUT;
            }

            // A program that does not take its input holds the client back.
            if (client->InputEnded == 0 && Tables.Processes[client->Process].PendingLength == 0)
            {
                wanted |= POLLIN;
            }

            Add(client->Socket, wanted, Kind.Client, i);
        }

        return timeout;
    }

    private static void Add(int descriptor, short events, Kind kind, int index)
    {
        Set[_count].Descriptor = descriptor;
        Set[_count].Events = events;
        Set[_count].Returned = 0;
        Meaning[_count] = ((int)kind << 24) | index;
        _count++;
    }

    private static void Dispatch()
    {
        // A program's streams first, stdout before stderr, one chunk of each: the kernel does not say which of two ready streams was written first,
        // and a program that writes to both in turn usually began with stdout.
        for (int i = 0; i < _count; i++)
        {
            int index = Meaning[i] & 0xFFFFFF;
            switch ((Kind)(Meaning[i] >> 24))
            {
                case Kind.Output when Set[i].Returned != 0 && Tables.Processes[index].Output == Set[i].Descriptor:
                    Streams.PumpOutput(index, error: false);
                    break;
                case Kind.Error when Set[i].Returned != 0 && Tables.Processes[index].Error == Set[i].Descriptor:
                    Streams.PumpOutput(index, error: true);
                    break;
            }
        }

        // Backwards, so that closing a control connection does not move one that is still to be checked.
        for (int i = _count - 1; i >= 0; i--)
        {
            short returned = Set[i].Returned;
            if (returned == 0)
            {
                continue;
            }

            int index = Meaning[i] & 0xFFFFFF;
            switch ((Kind)(Meaning[i] >> 24))
            {
                case Kind.Listener:
                    Control.Accept();
                    break;
                case Kind.OutOfMemory:
                    MemoryWatch.Look();
                    break;
                case Kind.LogServer:
                    RemoteLog.Dispatch(returned);
                    break;
                case Kind.Control:
                    Control.Take(index);
                    break;
                case Kind.Exit:
                    Shim.Reap(Tables.Processes + index);
                    break;
                case Kind.Input when Tables.Processes[index].PendingLength > 0:
                    Streams.ResumeInput(Tables.Processes + index);
                    break;
                case Kind.Client when Tables.Clients[index].InUse != 0 && Tables.Clients[index].Socket == Set[i].Descriptor:
                    TakeClient(Tables.Clients + index, returned);
                    break;
            }
        }
    }

    private static void TakeClient(ClientEntry* client, short returned)
    {
        if ((returned & POLLOUT) != 0 && client->PendingLength > 0)
        {
            Streams.Resume(client);
        }

        if (client->InUse != 0 && (returned & POLLIN) != 0)
        {
            Streams.PumpInput(client);
        }
        else if (client->InUse != 0 && (returned & ~(POLLIN | POLLOUT)) != 0)
        {
            // Gone, or a descriptor that cannot be polled, which would be ready for ever.
            Streams.Drop(client);
        }
    }

    /// <summary>Ends processes whose output is drained. True if the container is among them: then everything is over.</summary>
    private static bool Settle()
    {
        bool running = false;
        for (int i = Tables.ProcessCount - 1; i >= 1; i--)
        {
            ProcessEntry* entry = Tables.Processes + i;
            if (entry->InUse == 0)
            {
                continue;
            }

            if (entry->Reported != 0 || (entry->Exited != 0 && IsDrained(entry)))
            {
                if (entry->Reported == 0)
                {
                    Shim.FinishExec(entry);
                }

                // A slow client still gets its output.
                if (!Streams.IsHeldBack(i))
                {
                    Shim.CloseProcess(entry);
                }
            }
            else
            {
                running = true;
            }
        }

        ProcessEntry* first = Tables.Processes;
        if (first->Exited != 0 && ContainerLog.IsBlocked && ContainerLog.MayWait)
        {
            first->DrainUntil = Clock.Steady() + Shim.DrainMilliseconds;
            return false;
        }

        if (first->Exited == 0 || !IsDrained(first))
        {
            return false;
        }

        // Execs die with the container's pid namespace; give their exits as much time as a drain.
        if (running && Clock.Steady() < first->DrainUntil)
        {
            return false;
        }

        if (!ContainerLog.Finish())
        {
            return false;
        }

        Shim.FinishContainer();
        return true;
    }

    private static bool IsDrained(ProcessEntry* entry) => (entry->Output < 0 && entry->Error < 0) || Clock.Steady() > entry->DrainUntil;
}

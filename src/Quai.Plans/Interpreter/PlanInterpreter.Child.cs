using System.Runtime.InteropServices;
using Quai.Linux;
using Quai.Linux.Kernel;
using Quai.Linux.Processes;
using static Quai.Linux.Kernel.SystemCall;

namespace Quai.Plans;

/// <content>The child: from clone to execve.</content>
public static unsafe partial class PlanInterpreter
{
    private static void RunChild(byte* plan, PlanHeader* header, long* slots, ProgramImage* image, int report, int* release, bool awaitsMaps)
    {
        ResetSignals();
        int* answer = stackalloc int[2];
        if (release[0] >= 0)
        {
            Quick(SystemCallNumber.Close, release[1]);
        }

        if (awaitsMaps && !Released(release[0]))
        {
            Quick(SystemCallNumber.ExitGroup, 1);
        }

        // Until execve this process is a copy of one that lives outside: nobody in the container may look into it, and it holds nothing that the plan does not need.
        Quick(SystemCallNumber.Prctl, ProcessConstants.PR_SET_DUMPABLE, 0);
        int left = image == null ? 0 : ProgramImage.Replace(image);
        if (left != 0)
        {
            answer[0] = LeavingProgram;
            answer[1] = left;
            Quick(SystemCallNumber.Write, report, (long)answer, 8);
            Quick(SystemCallNumber.ExitGroup, 1);
        }

        slots[PlanSlot.Report] = report;
        slots[PlanSlot.Release] = release[0];
        CloseOthers(slots, header->Preserved);
        for (int i = 0; i < header->Preserved; i++)
        {
            Quick(SystemCallNumber.Fcntl, 3 + i, IoConstants.F_SETFD, 0);
        }

        PlanStep* steps = (PlanStep*)(plan + header->ChildOffset);
        for (int i = 0; i < header->ChildCount; i++)
        {
            int errno;
            if (steps[i].Operation == PlanOperation.AwaitStart)
            {
                // Tell whoever created this container that everything is ready.
                answer[0] = ChildStepBase + i;
                answer[1] = 0;
                Quick(SystemCallNumber.Write, report, (long)answer, 8);
                errno = AwaitStart((int)slots[PlanSlot.StartFifo]);
            }
            else
            {
                errno = Run(steps + i, slots);
            }

            if (errno is >= PlanError.HookTime and < PlanError.HookEnd)
            {
                SendHookText(report);
            }

            if (errno != 0)
            {
                answer[0] = ChildStepBase + i;
                answer[1] = errno;
                Quick(SystemCallNumber.Write, report, (long)answer, 8);
                Quick(SystemCallNumber.ExitGroup, 1);
            }
        }

        Quick(SystemCallNumber.ExitGroup, 1);
    }

    /// <summary>Waits for the cloning process's word; false if it says no, or is gone.</summary>
    private static bool Released(int release)
    {
        byte go = 0;
        long got;
        do
        {
            got = Waiting(SystemCallNumber.Read, release, (long)&go, 1);
        }
        while (got == -Errno.EINTR);
        return got == 1 && go == 1;
    }

    /// <summary>Waits for a byte in a fifo that was opened before the change of root, for reading and writing, so that it never reports end of file.</summary>
    private static int AwaitStart(int fifo)
    {
        byte go;
        long got;
        do
        {
            got = Waiting(SystemCallNumber.Read, fifo, (long)&go, 1);
        }
        while (got == -Errno.EINTR);
        return got < 0 ? (int)-got : 0;
    }

    /// <summary>Runs one step and returns 0 or the errno.</summary>
    private static int Run(PlanStep* step, long* slots)
    {
        long* a = stackalloc long[6];
        for (int i = 0; i < 6; i++)
        {
            long value = step->Arguments[i];
            a[i] = (step->SlotMask & (1 << i)) != 0 ? slots[value] : value;
        }

        long result = step->Operation switch
        {
            PlanOperation.SystemCall => Quick(step->Number, a[0], a[1], a[2], a[3], a[4], a[5]),
            PlanOperation.WriteFile => -WriteFile((byte*)a[0], (byte*)a[1], (int)a[2]),
            PlanOperation.WriteLines => -WriteLines((byte*)a[0], (byte*)a[1], (int)a[2]),
            PlanOperation.Netlink => Netlink((int)a[0], (byte*)a[1], (int)a[2], (int)a[3], (int)slots[PlanSlot.HostNetworkNamespace]),
            PlanOperation.MountPoint => MountPoint((int)a[0], (byte*)a[1], a[2] != 0, (PlaceRules)a[3]),
            PlanOperation.Mask => Mask((int)a[0], (byte*)a[1], (int)a[2], a[3] != 0, slots),
            PlanOperation.ReadOnlyPath => ReadOnlyPath((int)a[0], (byte*)a[1], a[3] != 0),
            PlanOperation.Console => Console(a),
            PlanOperation.Stdio => Stdio((int)a[0], (int)a[1], (int)a[2]),
            PlanOperation.Execute => Execute((byte**)a[0], (byte**)a[1], (byte**)a[2], a[3] != 0),
            PlanOperation.MakeDirectories => MakeDirectories((byte*)a[0], (int)a[1]),
            PlanOperation.InheritFile => InheritFile((byte*)a[0], (byte*)a[1]),
            PlanOperation.BindDevice => BindDevice((byte*)a[0], (int)a[1]),
            PlanOperation.MakeNode => MakeNode((int)a[0], (byte*)a[1], (int)a[2], a[3], (int)a[4], (int)a[5], step->NoLinks),
            PlanOperation.DropBounding => DropBounding((ulong)a[0], (int)a[1]),
            PlanOperation.LoopbackUp => LoopbackUp(),
            PlanOperation.AttachDeviceFilter => AttachDeviceFilter((int*)a[0], (int)a[1], (int)a[2]),
            PlanOperation.OpenDirectory => OpenDirectory((int)a[0], (byte*)a[1], a[2], a[3] != 0, a[4] != 0),
            PlanOperation.WriteBeneath => WriteBeneath((int)a[0], (byte*)a[1], (byte*)a[2], (int)a[3], (byte*)a[4]),
            PlanOperation.CloseDescriptors => CloseDescriptors(slots, (int)a[0]),
            PlanOperation.EnterDirectory => EnterDirectory((byte*)a[0], a[1], a[2]),
            PlanOperation.EnterProcessIds => EnterProcessIds((int)slots[PlanSlot.Report]),
            PlanOperation.OpenDevice => OpenDevice((int)a[0], (byte*)a[1], a[2]),
            PlanOperation.OpenBeneath => OpenBeneath((byte*)a[0], (byte*)a[1]),
            PlanOperation.CheckProcfs => CheckProcfs((int)a[0]),
            PlanOperation.MountProcfs => MountProcfs((int)a[0], (int)a[1], a[2], (int)a[3], (int)a[4]),
            PlanOperation.MountTmpfs => MountTmpfs((int)a[0], (byte*)a[1], (byte*)a[2], a[3], (byte*)a[4], (PlaceRules)a[5], contents: false),
            PlanOperation.SocketPair => SocketPair(slots + step->Arguments[0]),
            PlanOperation.Nftables => Nftables((byte*)a[0], (int)a[1], (byte*)a[2], (int*)a[3], (int)a[4]),
            PlanOperation.SendDescriptors => SendDescriptors((int)a[0], (int)a[1], (int)a[2]),
            PlanOperation.Hook => RunHook((PlanHook*)a[0], step->Arguments[1] == 0 ? -1 : OwnNumber((int)a[1]), a[2] != 0),
            PlanOperation.Pause => Pause((int)slots[PlanSlot.Report], (int)slots[PlanSlot.Release], Paused, 0),
            PlanOperation.FilterWithListener => FilterWithListener(a[0], a[1], (int)slots[PlanSlot.Report], (int)slots[PlanSlot.Release]),
            PlanOperation.OwnersNamespace => OwnersNamespace((byte*)a[0], (int)a[1], (byte*)a[2], (int)a[3]),
            PlanOperation.MapOwners => MapOwners((int)a[0], a[1], a[2] != 0),
            PlanOperation.MountTmpfsWithContents => MountTmpfs((int)a[0], (byte*)a[1], (byte*)a[2], a[3], (byte*)a[4], (PlaceRules)a[5], contents: true),
            PlanOperation.ConnectSocket => ConnectSocket((byte*)a[0]),
            PlanOperation.NetlinkAgain => NetlinkAgain((int)a[0], (byte*)a[1], (int)a[2], (int)a[3], (int)a[4], (int)a[5]),
            _ => -Errno.ENOSYS,
        };
        if (result < 0)
        {
            int errno = (int)-result;
            return errno == step->Tolerated || errno == step->TolerateAlso ? 0 : errno;
        }

        if (step->ResultSlot >= 0)
        {
            slots[step->ResultSlot] = result;
        }

        return 0;
    }

    /// <summary>Signal handlers and masks of the copied process mean nothing to the program.</summary>
    private static void ResetSignals()
    {
        byte* action = stackalloc byte[32];
        for (int i = 0; i < 32; i++)
        {
            action[i] = 0;
        }

        for (int signal = 1; signal <= 64; signal++)
        {
            Quick(SystemCallNumber.RtSigaction, signal, (long)action, 0, 8);
        }

        Quick(SystemCallNumber.RtSigprocmask, 2, (long)action, 0, 8);
    }

    /// <summary>
    /// Clones once more; the new process is the same parent's child, and the first to be in the process namespace that this one joined.
    /// This one reports the new process's number to the waiting process, and ends.
    /// </summary>
    private static long EnterProcessIds(int report)
    {
        // The old call: filters inspect its flags, and refuse clone3, whose flags they cannot see.
        long pid = Quick(SystemCallNumber.Clone, (long)CloneFlags.CLONE_PARENT, 0, 0, 0, 0);
        if (pid <= 0)
        {
            return pid;
        }

        int* message = stackalloc int[2];
        message[0] = ClonedAgain;
        message[1] = (int)pid;
        Quick(SystemCallNumber.Write, report, (long)message, 8);
        Quick(SystemCallNumber.ExitGroup, 0);
        return 0;
    }

    /// <summary>Closes what no slot of the plan names; what the program inherits (numbers from 3 on) stays.</summary>
    private static void CloseOthers(long* slots, int preserved)
    {
        long next = 3 + preserved;
        while (true)
        {
            long kept = uint.MaxValue;
            for (int i = 0; i < PlanSlot.Count; i++)
            {
                if (slots[i] >= next && slots[i] < kept)
                {
                    kept = slots[i];
                }
            }

            if (kept > next)
            {
                Quick(SystemCallNumber.CloseRange, next, kept == uint.MaxValue ? kept : kept - 1, 0);
            }

            if (kept == uint.MaxValue)
            {
                return;
            }

            next = kept + 1;
        }
    }

    /// <summary>Closes all but stdio, what the program inherits, and the descriptors that execve closes: the report, the release if the child pauses and, if the start is awaited, the fifo.</summary>
    private static long CloseDescriptors(long* slots, int preserved)
    {
        for (int i = 0; i < PlanSlot.Count; i++)
        {
            if (i is not PlanSlot.Report and not PlanSlot.Release and not PlanSlot.StartFifo)
            {
                slots[i] = 0;
            }
        }

        CloseOthers(slots, preserved);
        return 0;
    }
}

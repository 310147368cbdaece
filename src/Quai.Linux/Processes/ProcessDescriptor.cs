using Quai.Linux.Kernel;

namespace Quai.Linux.Processes;

/// <summary>Pidfds (pidfd_open(2)): descriptors that keep naming their process, and never another that reuses its number.</summary>
public static class ProcessDescriptor
{
    /// <summary>Opens a process.</summary>
    /// <exception cref="LinuxException">There is no process with that number (ESRCH).</exception>
    public static FileDescriptor Open(int pid)
    {
        long descriptor = SystemCall.Quick(SystemCallNumber.PidfdOpen, pid, 0);
        return descriptor >= 0 ? new FileDescriptor((int)descriptor) : throw new LinuxException("pidfd_open", (int)-descriptor, $"process {pid}");
    }

    /// <summary>Sends a signal to a process (pidfd_send_signal(2)); nothing, if it has ended.</summary>
    /// <returns>Whether there was somebody to send it to.</returns>
    public static bool TrySignal(FileDescriptor process, int signal) => SystemCall.Quick(SystemCallNumber.PidfdSendSignal, process.Number, signal, 0, 0) == 0;
}

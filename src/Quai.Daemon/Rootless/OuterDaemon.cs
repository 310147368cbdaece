using System.Collections;
using System.Globalization;
using System.Runtime.InteropServices;
using Quai.Daemon.Configuration;
using Quai.Errors;
using Quai.Linux;
using Quai.Linux.Kernel;
using Quai.Linux.Processes;
using Quai.Linux.Sockets;
using Quai.Runtime.Cgroups;

namespace Quai.Daemon.Rootless;

/// <summary>
/// What <c>quaid</c> is for an ordinary user: it makes namespaces, or finds those of an earlier start, has itself executed in them as their root
/// (<see cref="InnerDaemon"/>), and stays outside, where it passes signals on and binds the host's ports.
/// </summary>
internal static class OuterDaemon
{
    /// <summary>Whether this process is to be one: nobody but root can do without.</summary>
    public static bool IsHere { get; } = !Environment.IsPrivilegedProcess;

    /// <summary>Starts the daemon, and returns its exit code when it has ended.</summary>
    /// <param name="configuration">Its settings.</param>
    /// <param name="arguments">Its command line.</param>
    /// <exception cref="QuaiException">Something that is needed is missing; one sentence says what.</exception>
    public static async Task<int> RunAsync(DaemonConfiguration configuration, IReadOnlyList<string> arguments)
    {
        Descriptors.CloseOnExecute();
        string folder = Path.Combine(configuration.Engine.ExecRoot, "rootless");
        foreach (string own in (string[])[RootlessFolders.Own!.Runtime, configuration.Engine.ExecRoot, folder])
        {
            RootlessFolders.MakeOwn(own);
        }

        using FileStream alone = Lock(folder);
        DelegatedGroups.MakeRoom();
        HeldNamespaces namespaces = HeldNamespaces.Find(folder) ?? HeldNamespaces.Make(folder);
        try
        {
            namespaces.Connect(configuration.RootlessNetwork);

            // Up to here on the main thread: the daemon is killed when the thread ends that started it.
            (int pid, FileDescriptor socket) = Start(namespaces.Pid, arguments);
            HostSocketServer.Start(socket);
            using PosixSignalRegistration terminate = Pass(PosixSignal.SIGTERM, 15, pid), interrupt = Pass(PosixSignal.SIGINT, 2, pid), hangup = Pass(PosixSignal.SIGHUP, 1, pid);
            return await ChildProcess.ExitAsync(pid);
        }
        finally
        {
            if (!namespaces.AreInUse)
            {
                namespaces.End();
            }
        }
    }

    private static FileStream Lock(string folder)
    {
        string path = Path.Combine(folder, "lock");
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e)
        {
            throw QuaiException.Conflict($"{folder} is in use by another quaid", e);
        }
    }

    private static (int Pid, FileDescriptor Socket) Start(int holder, IReadOnlyList<string> arguments)
    {
        string nsenter = HostProgram.Need("nsenter", "util-linux");
        string program = Environment.ProcessPath ?? throw QuaiException.System("quaid does not know the path of its own program");
        List<string> environment = [];
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
        {
            if (variable.Key is not (RootlessFolders.RuntimeVariable or InnerDaemon.Variable))
            {
                environment.Add($"{variable.Key}={variable.Value}");
            }
        }

        environment.Add($"{RootlessFolders.RuntimeVariable}={RootlessFolders.Own!.Runtime}");
        environment.Add($"{InnerDaemon.Variable}={Environment.CurrentDirectory}");
        (FileDescriptor ours, FileDescriptor theirs) = UnixSockets.Pair(IoConstants.SOCK_SEQPACKET);
        using (theirs)
        {
            int pid = Spawner.Spawn(
                nsenter,
                ["nsenter", "--target", holder.ToString(CultureInfo.InvariantCulture), "--user", "--net", "--mount", "--preserve-credentials", "--", program, .. arguments],
                environment,
                [(0, 0), (1, 1), (2, 2), (theirs.Number, InnerDaemon.SocketNumber)]);
            return (pid, ours);
        }
    }

    private static PosixSignalRegistration Pass(PosixSignal signal, int number, int pid) => PosixSignalRegistration.Create(signal, context =>
    {
        context.Cancel = true;
        SystemCall.Quick(SystemCallNumber.Kill, pid, number);
    });
}

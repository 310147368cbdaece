using Quai.Daemon.Configuration;
using Quai.Errors;
using Quai.Linux;
using Quai.Linux.Kernel;

namespace Quai.Daemon.Rootless;

/// <summary>The half of a daemon without root that is one: <c>quaid</c> as root of the namespaces that <see cref="OuterDaemon"/> made and waits outside of.</summary>
internal static class InnerDaemon
{
    /// <summary>The variable by which the outer half tells this one that it is there; its value is the working directory.</summary>
    public const string Variable = "QUAI_ROOTLESS";

    /// <summary>The descriptor of the socket to the outer half.</summary>
    public const int SocketNumber = 3;

    /// <summary>Whether this process is it.</summary>
    public static bool IsHere { get; } = Environment.IsPrivilegedProcess && Linux.Processes.OwnUserNamespace.IsNested && Environment.GetEnvironmentVariable(Variable) is not null;

    /// <summary>Ties this process to the outer half, and enters the folder that was entered there. To be called first.</summary>
    /// <exception cref="QuaiException">The outer half is gone.</exception>
    public static void Enter()
    {
        if (!IsHere)
        {
            return;
        }

        // Whoever kills the one means the other: the containers' ports end with it.
        SystemCall.Quick(SystemCallNumber.Prctl, ProcessConstants.PR_SET_PDEATHSIG, ProcessConstants.SIGKILL);
        if (!Linux.Processes.Descriptors.IsOpen(SocketNumber) || HangupPoll.HasHungUp(SocketNumber))
        {
            throw QuaiException.Invalid($"{Variable} is set, but nobody is there who set it: take it out of the environment");
        }

        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } folder && Directory.Exists(folder))
        {
            Directory.SetCurrentDirectory(folder);
        }
    }

    /// <summary>The settings of a daemon that has the host's ports from the outer half.</summary>
    public static DaemonConfiguration WithHostSockets(DaemonConfiguration configuration) =>
        IsHere ? configuration with { Networks = configuration.Networks with { HostSockets = new HostSockets(new FileDescriptor(SocketNumber)) } } : configuration;
}

using Quai.Cli.CommandLine;
using Quai.Cli.Containers.Create;
using Quai.Cli.Http;
using Quai.Cli.Streams;
using Quai.Client;
using Quai.Client.Containers;
using Quai.Client.Transport;

namespace Quai.Cli.Containers;

/// <summary><c>quai run</c>: creates a container, starts it, and is its terminal until it ends.</summary>
internal sealed class Run : Command
{
    private readonly ContainerFlags _flags;
    private readonly Flag<bool> _detach;
    private readonly Flag<bool> _signals;
    private readonly Flag<string> _detachKeys;

    public Run(string path)
        : base(path)
    {
        _flags = new ContainerFlags(Flags);
        _detach = Flags.Bool("detach", 'd', "Run in the background and print the container's ID");
        _signals = Flags.Bool("sig-proxy", '\0', "Forward signals to the program", initial: true);
        _detachKeys = Flags.String("detach-keys", '\0', "Keys that leave the container");
    }

    public override string Usage => "[OPTIONS] IMAGE [COMMAND] [ARG...]";

    public override string Summary => "Create and run a new container from an image";

    public override ArgumentCount Arguments => ArgumentCount.AtLeast(1);

    public override bool OptionsEndAtFirstArgument => true;

    public override int Execute(Session session, List<string> arguments)
    {
        bool detach = _detach.Value;
        if (detach && _flags.Attach.Values.Count > 0)
        {
            throw new ExitException(1, "conflicting options: cannot specify both --attach and --detach");
        }

        try
        {
            byte[] keys = DetachKeys.Parse(_detachKeys.Value);
            var request = new CreateRequest(_flags, arguments[0], arguments[1..], detach) { Proxies = session.Proxies };
            if (!detach && _flags.Tty.Value && request.AttachInput && !Input.IsTerminal)
            {
                throw new ExitException(1, "the input device is not a TTY");
            }

            string id = ContainerCreation.Create(session, _flags, request, arguments[0]);
            if (detach || !(request.AttachInput || request.AttachOutput || request.AttachError))
            {
                session.Engine.Containers.StartAsync(id).Await();
                session.Out.WriteLine(id);
                return 0;
            }

            return Attached(session, request, id, keys);
        }
        catch (DaemonException error)
        {
            throw new ExitException(CodeOf(error.Message), WithHelp(error.Message));
        }
        catch (ExitException exit) when (exit.Code == 125)
        {
            throw new ExitException(125, WithHelp(exit.Message));
        }
        catch (ConnectionException error)
        {
            throw new ExitException(125, WithHelp(error.Message));
        }
    }

    private static string WithHelp(string message) => $"quai: {message}\n\nRun 'quai run --help' for more information";

    /// <summary>The exit code that says why a program did not start.</summary>
    internal static int CodeOf(string message)
    {
        if (message.Contains("executable file not found", StringComparison.Ordinal) || message.Contains("no such file or directory", StringComparison.Ordinal))
        {
            return 127;
        }

        return message.Contains("permission denied", StringComparison.OrdinalIgnoreCase) || message.Contains("is a directory", StringComparison.Ordinal) ? 126 : 125;
    }

    private int Attached(Session session, CreateRequest request, string id, byte[] keys)
    {
        ContainerClient containers = session.Engine.Containers;
        bool tty = _flags.Tty.Value;

        // Both requests are sent before either answer is awaited; the container starts when both are in place.
        using PendingAnswer attaching = containers.AttachAsync(id, request.AttachInput, request.AttachOutput, request.AttachError, _detachKeys.Value).Await();
        using ContainerWait wait = containers.WaitAsync(id, _flags.Remove.Value ? "removed" : "next-exit").Await();
        using Connection connection = attaching.UpgradeAsync().Await();
        wait.AcceptedAsync().Await();
        using SignalForwarding? signals = _signals.Value && !tty ? SignalForwarding.ToContainer(containers, id) : null;
        var stream = new AttachedStream(session, connection, tty, request.AttachInput, request.AttachOutput, request.AttachError, keys);
        stream.Start();
        try
        {
            containers.StartAsync(id).Await();
        }
        catch (DaemonException)
        {
            stream.Restore();
            if (_flags.Remove.Value)
            {
                // The daemon removes what could not start; it is gone before the failure is reported.
                wait.EndAsync().Await();
            }

            throw;
        }

        using SignalForwarding? size = tty && session.Out.IsTerminal ? SignalForwarding.OfTerminalSize((rows, columns) => containers.ResizeAsync(id, rows, columns)) : null;
        stream.Run();
        return stream.Detached ? 0 : Wait.CodeOf(wait);
    }
}

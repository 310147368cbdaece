using Quai.Cli.CommandLine;
using Quai.Cli.Http;
using Quai.Cli.Streams;
using Quai.Client.Containers;
using Quai.Client.Transport;

namespace Quai.Cli.Containers;

/// <summary><c>quai attach</c>: connects this terminal to a running container.</summary>
internal sealed class Attach : Command
{
    private readonly Flag<string> _detachKeys;
    private readonly Flag<bool> _noInput;
    private readonly Flag<bool> _signals;

    public Attach(string path)
        : base(path)
    {
        _detachKeys = Flags.String("detach-keys", '\0', "Keys that leave the container");
        _noInput = Flags.Bool("no-stdin", '\0', "Do not attach STDIN");
        _signals = Flags.Bool("sig-proxy", '\0', "Forward signals to the program", initial: true);
    }

    public override string Usage => "[OPTIONS] CONTAINER";

    public override string Summary => "Attach standard input, output and error to a running container";

    public override ArgumentCount Arguments => ArgumentCount.Exactly(1);

    public override int Execute(Session session, List<string> arguments)
    {
        ContainerClient containers = session.Engine.Containers;
        byte[] keys = DetachKeys.Parse(_detachKeys.Value);
        ContainerOutline container = containers.OutlineAsync(arguments[0]).Await();
        OutlineState state = container.State ?? new OutlineState(false, false, false);
        if (!state.Running)
        {
            throw new ExitException(1, "You cannot attach to a stopped container, start it first");
        }

        if (state.Paused)
        {
            throw new ExitException(1, "You cannot attach to a paused container, unpause it first");
        }

        if (state.Restarting)
        {
            throw new ExitException(1, "You cannot attach to a restarting container, wait until it is running");
        }

        string id = container.Id;
        bool tty = container.Tty;
        bool input = !_noInput.Value && container.OpenStdin;
        if (tty && input && !Input.IsTerminal)
        {
            throw new ExitException(1, "the input device is not a TTY");
        }

        using PendingAnswer attaching = containers.AttachAsync(id, input, detachKeys: _detachKeys.Value).Await();
        using ContainerWait wait = containers.WaitAsync(id).Await();
        using Connection connection = attaching.UpgradeAsync().Await();
        wait.AcceptedAsync().Await();
        using SignalForwarding? signals = _signals.Value && !tty ? SignalForwarding.ToContainer(containers, id) : null;
        var stream = new AttachedStream(session, connection, tty, input, output: true, error: true, keys);
        stream.Start();
        using SignalForwarding? size = tty && session.Out.IsTerminal ? Redraw(containers, id) : null;
        stream.Run();
        return stream.Detached ? throw new ExitException(1, "read escape sequence") : Wait.CodeOf(wait);
    }

    private static SignalForwarding Redraw(ContainerClient containers, string id)
    {
        Task resize(int rows, int columns) => containers.ResizeAsync(id, rows, columns);

        // A size change makes the program repaint itself, which shows the user where they are.
        SignalForwarding.Resize(resize, extraRows: 1);
        return SignalForwarding.OfTerminalSize(resize);
    }
}

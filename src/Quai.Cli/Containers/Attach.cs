using System.Text.Json;
using Quai.Cli.CommandLine;
using Quai.Cli.Formatting;
using Quai.Cli.Http;
using Quai.Client;
using Quai.Client.Transport;
using Quai.Cli.Streams;

namespace Quai.Cli.Containers;

/// <summary><c>quai attach</c>: becomes the terminal of a running container.</summary>
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
        HttpTransport engine = session.Engine.Transport;
        byte[] keys = DetachKeys.Parse(_detachKeys.Value);
        JsonElement container = engine.Get($"/containers/{Query.Segment(arguments[0])}/json");
        JsonElement state = container.Member("State");
        if (!state.Flag("Running"))
        {
            throw new ExitException(1, "You cannot attach to a stopped container, start it first");
        }

        if (state.Flag("Paused"))
        {
            throw new ExitException(1, "You cannot attach to a paused container, unpause it first");
        }

        if (state.Flag("Restarting"))
        {
            throw new ExitException(1, "You cannot attach to a restarting container, wait until it is running");
        }

        string id = container.Text("Id");
        bool tty = container.Member("Config").Flag("Tty");
        bool input = !_noInput.Value && container.Member("Config").Flag("OpenStdin");
        if (tty && input && !Input.IsTerminal)
        {
            throw new ExitException(1, "the input device is not a TTY");
        }

        string attach = new Query($"/containers/{id}/attach").With("stream", "1").WithSwitch("stdin", input)
            .With("stdout", "1").With("stderr", "1").WithText("detachKeys", _detachKeys.Value).ToString();
        PendingAnswer attaching = engine.StartHijack(attach);
        PendingAnswer waiting = engine.Start("POST", $"/containers/{id}/wait?condition=not-running");
        using Connection connection = attaching.UpgradeAsync().Await();
        using ResponseStream wait = waiting.AnswerAsync().Await();
        using SignalForwarding? signals = _signals.Value && !tty ? SignalForwarding.ToContainer(engine, id) : null;
        var stream = new AttachedStream(session, connection, tty, input, output: true, error: true, keys);
        stream.Start();
        using SignalForwarding? size = tty && session.Out.IsTerminal ? Redraw(engine, id) : null;
        stream.Run();
        return stream.Detached ? throw new ExitException(1, "read escape sequence") : Wait.CodeOf(wait);
    }

    private static SignalForwarding Redraw(HttpTransport engine, string id)
    {
        // A size that changes makes the program paint itself anew, which shows the user where they are.
        SignalForwarding.Resize(engine, $"/containers/{id}/resize", extraRows: 1);
        return SignalForwarding.OfTerminalSize(engine, $"/containers/{id}/resize");
    }
}

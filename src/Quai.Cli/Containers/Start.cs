using System.Text.Json;
using Quai.Cli.CommandLine;
using Quai.Cli.Formatting;
using Quai.Cli.Http;
using Quai.Client;
using Quai.Client.Transport;
using Quai.Cli.Streams;

namespace Quai.Cli.Containers;

/// <summary><c>quai start</c>.</summary>
internal sealed class Start : Command
{
    private readonly Flag<bool> _attach;
    private readonly Flag<bool> _interactive;
    private readonly Flag<string> _detachKeys;

    public Start(string path)
        : base(path)
    {
        _attach = Flags.Bool("attach", 'a', "Attach STDOUT/STDERR and forward signals");
        _interactive = Flags.Bool("interactive", 'i', "Attach STDIN");
        _detachKeys = Flags.String("detach-keys", '\0', "Keys that leave the container");
    }

    public override string Usage => "[OPTIONS] CONTAINER [CONTAINER...]";

    public override string Summary => "Start one or more stopped containers";

    public override ArgumentCount Arguments => ArgumentCount.AtLeast(1);

    public override int Execute(Session session, List<string> arguments)
    {
        if (_attach.Value || _interactive.Value)
        {
            return arguments.Count > 1
                ? throw new ExitException(1, "you cannot start and attach multiple containers at once")
                : Attached(session, arguments[0]);
        }

        var failed = new List<string>();
        foreach (string name in arguments)
        {
            try
            {
                session.Engine.Transport.Send("POST", $"/containers/{Query.Segment(name)}/start").Dispose();
                session.Out.WriteLine(name);
            }
            catch (Exception error) when (error is DaemonException or ConnectionException)
            {
                session.Error.WriteLine(error.Message);
                failed.Add(name);
            }
        }

        return failed.Count > 0 ? throw new ExitException(1, "Error: failed to start containers: " + string.Join(", ", failed)) : 0;
    }

    private int Attached(Session session, string name)
    {
        HttpTransport engine = session.Engine.Transport;
        JsonElement container = engine.Get($"/containers/{Query.Segment(name)}/json");
        string id = container.Text("Id");
        JsonElement config = container.Member("Config");
        bool tty = config.Flag("Tty");
        bool input = _interactive.Value && config.Flag("OpenStdin");
        string attach = new Query($"/containers/{id}/attach").With("stream", "1").WithSwitch("stdin", input)
            .With("stdout", "1").With("stderr", "1").WithText("detachKeys", _detachKeys.Value).ToString();
        string condition = container.Member("HostConfig").Flag("AutoRemove") ? "removed" : "next-exit";
        PendingAnswer attaching = engine.StartHijack(attach);
        PendingAnswer waiting = engine.Start("POST", $"/containers/{id}/wait?condition={condition}");
        using Connection connection = attaching.UpgradeAsync().Await();
        using ResponseStream wait = waiting.AnswerAsync().Await();
        using SignalForwarding? signals = tty ? null : SignalForwarding.ToContainer(engine, id);
        var stream = new AttachedStream(session, connection, tty, input, output: true, error: true, DetachKeys.Parse(_detachKeys.Value));
        stream.Start();
        try
        {
            engine.Send("POST", $"/containers/{id}/start").Dispose();
        }
        catch
        {
            stream.Restore();
            throw;
        }

        using SignalForwarding? size = tty && session.Out.IsTerminal ? SignalForwarding.OfTerminalSize(engine, $"/containers/{id}/resize") : null;
        stream.Run();
        return stream.Detached ? 0 : Wait.CodeOf(wait);
    }
}

using Quai.Cli.CommandLine;
using Quai.Cli.Http;
using Quai.Cli.Streams;
using Quai.Client;
using Quai.Client.Containers;
using Quai.Client.Transport;

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
                session.Engine.Containers.StartAsync(name).Await();
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
        ContainerClient containers = session.Engine.Containers;
        ContainerOutline container = containers.OutlineAsync(name).Await();
        string id = container.Id;
        bool tty = container.Tty;
        bool input = _interactive.Value && container.OpenStdin;
        using PendingAnswer attaching = containers.AttachAsync(id, input, detachKeys: _detachKeys.Value).Await();
        using ContainerWait wait = containers.WaitAsync(id, container.HostConfig is { AutoRemove: true } ? "removed" : "next-exit").Await();
        using Connection connection = attaching.UpgradeAsync().Await();
        wait.AcceptedAsync().Await();
        using SignalForwarding? signals = tty ? null : SignalForwarding.ToContainer(containers, id);
        var stream = new AttachedStream(session, connection, tty, input, output: true, error: true, DetachKeys.Parse(_detachKeys.Value));
        stream.Start();
        try
        {
            containers.StartAsync(id).Await();
        }
        catch
        {
            stream.Restore();
            throw;
        }

        using SignalForwarding? size = tty && session.Out.IsTerminal ? SignalForwarding.OfTerminalSize((rows, columns) => containers.ResizeAsync(id, rows, columns)) : null;
        stream.Run();
        return stream.Detached ? 0 : Wait.CodeOf(wait);
    }
}

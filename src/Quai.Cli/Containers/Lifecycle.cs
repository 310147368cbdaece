using Quai.Cli.CommandLine;
using Quai.Cli.Http;
using Quai.Client;
using Quai.Client.Containers;

namespace Quai.Cli.Containers;

/// <summary><c>quai stop</c> and <c>quai restart</c>, which differ only in the verb.</summary>
internal sealed class StopOrRestart : Command
{
    private readonly Flag<string> _signal;
    private readonly Flag<long> _timeout;
    private readonly string _verb;

    public StopOrRestart(string path, string verb)
        : base(path)
    {
        _verb = verb;
        _signal = Flags.String("signal", 's', "Signal to send");
        _timeout = Flags.Int("timeout", 't', "Seconds to wait before killing it");
        Flags.Add(new Flag<long>("time", '\0', "int", "Older name of --timeout", 0, s =>
        {
            _timeout.Take(s);
            return 0;
        }) { Hidden = true });
    }

    public override string Usage => "[OPTIONS] CONTAINER [CONTAINER...]";

    public override string Summary => _verb == "stop" ? "Stop one or more running containers" : "Restart one or more containers";

    public override ArgumentCount Arguments => ArgumentCount.AtLeast(1);

    public override int Execute(Session session, List<string> arguments)
    {
        ContainerClient containers = session.Engine.Containers;
        long? timeout = _timeout.Changed ? _timeout.Value : null;
        return InParallel.ForEach(session, arguments, name =>
            (_verb == "stop" ? containers.StopAsync(name, _signal.Value, timeout) : containers.RestartAsync(name, _signal.Value, timeout)).Await());
    }
}

/// <summary><c>quai kill</c>.</summary>
internal sealed class Kill : Command
{
    private readonly Flag<string> _signal;

    public Kill(string path)
        : base(path) => _signal = Flags.String("signal", 's', "Signal to send");

    public override string Usage => "[OPTIONS] CONTAINER [CONTAINER...]";

    public override string Summary => "Kill one or more running containers";

    public override ArgumentCount Arguments => ArgumentCount.AtLeast(1);

    public override int Execute(Session session, List<string> arguments) => InParallel.ForEach(session, arguments, name =>
        session.Engine.Containers.KillAsync(name, _signal.Value).Await());
}

/// <summary><c>quai pause</c> and <c>quai unpause</c>.</summary>
internal sealed class PauseOrUnpause(string path, string verb) : Command(path)
{
    public override string Usage => "CONTAINER [CONTAINER...]";

    public override string Summary => verb == "pause" ? "Pause all processes of containers" : "Let paused containers go on";

    public override ArgumentCount Arguments => ArgumentCount.AtLeast(1);

    public override int Execute(Session session, List<string> arguments) => InParallel.ForEach(session, arguments, name =>
        (verb == "pause" ? session.Engine.Containers.PauseAsync(name) : session.Engine.Containers.UnpauseAsync(name)).Await());
}

/// <summary><c>quai rm</c>.</summary>
internal sealed class Remove : Command
{
    private readonly Flag<bool> _force;
    private readonly Flag<bool> _link;
    private readonly Flag<bool> _volumes;

    public Remove(string path)
        : base(path)
    {
        _force = Flags.Bool("force", 'f', "Kill it first if it runs");
        _link = Flags.Bool("link", 'l', "Remove the link of this name");
        _volumes = Flags.Bool("volumes", 'v', "Remove its anonymous volumes, too");
    }

    public override string Usage => "[OPTIONS] CONTAINER [CONTAINER...]";

    public override string Summary => "Remove one or more containers";

    public override ArgumentCount Arguments => ArgumentCount.AtLeast(1);

    public override int Execute(Session session, List<string> arguments) => InParallel.ForEach(session, arguments, name =>
    {
        string bare = name.TrimStart('/');
        if (bare.Length == 0)
        {
            throw new DaemonException(400, "Container name cannot be empty");
        }

        try
        {
            session.Engine.Containers.RemoveAsync(bare, _force.Value, _volumes.Value, _link.Value).Await();
        }
        catch (DaemonException error) when (_force.Value && error.Status == 404)
        {
            session.Error.WriteLine(error.Message);
            throw new ExitException(0);
        }
    });
}

/// <summary><c>quai rename</c>.</summary>
internal sealed class Rename(string path) : Command(path)
{
    public override string Usage => "CONTAINER NEW_NAME";

    public override string Summary => "Rename a container";

    public override ArgumentCount Arguments => ArgumentCount.Exactly(2);

    public override int Execute(Session session, List<string> arguments)
    {
        try
        {
            session.Engine.Containers.RenameAsync(arguments[0], arguments[1]).Await();
            return 0;
        }
        catch (Exception error) when (error is DaemonException or ConnectionException)
        {
            session.Error.WriteLine(error.Message);
            throw new ExitException(1, $"Error: failed to rename container named {arguments[0]}");
        }
    }
}

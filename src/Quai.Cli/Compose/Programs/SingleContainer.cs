using Quai.Cli.CommandLine;
using Quai.Cli.Compose.Projects;
using Quai.Cli.Containers.Files;
using Quai.Cli.Http;

namespace Quai.Cli.Compose.Programs;

/// <summary><c>quai compose attach</c>.</summary>
internal sealed class Attach : ComposeVerb
{
    private readonly Flag<string> _keys;
    private readonly Flag<long> _index;
    private readonly Flag<bool> _noInput, _signals;

    public Attach(ComposeGlobals globals)
        : base(globals, "attach")
    {
        _keys = Flags.String("detach-keys", '\0', "Keys that leave the container");
        _index = Flags.Int("index", '\0', "Number of the container, if the service has several");
        _noInput = Flags.Bool("no-stdin", '\0', "Do not attach STDIN");
        _signals = Flags.Bool("sig-proxy", '\0', "Forward signals to the program", initial: true);
    }

    public override string Usage => "[OPTIONS] SERVICE";

    public override string Summary => "Attach to a service's container";

    public override ArgumentCount Arguments => ArgumentCount.Exactly(1);

    protected override int Execute(ComposeScope scope, List<string> arguments)
    {
        string container = ProjectContainers.FindAsync(scope, []).Await().One(arguments[0], _index.Value).Id;
        List<string> words = [$"--no-stdin={_noInput.Value}", $"--sig-proxy={_signals.Value}"];
        words.AddRange(_keys.Value.Length > 0 ? ["--detach-keys", _keys.Value] : []);
        return Delegation.Run(scope, new Containers.Attach("attach"), [.. words, container]);
    }
}

/// <summary><c>quai compose export</c>.</summary>
internal sealed class Export : ComposeVerb
{
    private readonly Flag<long> _index;
    private readonly Flag<string> _output;

    public Export(ComposeGlobals globals)
        : base(globals, "export")
    {
        _index = Flags.Int("index", '\0', "Number of the container, if the service has several");
        _output = Flags.String("output", 'o', "Write to a file instead of STDOUT");
    }

    public override string Usage => "[OPTIONS] SERVICE";

    public override string Summary => "Write the files of a service's container as an archive";

    public override ArgumentCount Arguments => ArgumentCount.Exactly(1);

    protected override int Execute(ComposeScope scope, List<string> arguments)
    {
        string container = ProjectContainers.FindAsync(scope, []).Await().One(arguments[0], _index.Value, all: true).Id;
        return Delegation.Run(scope, new Containers.Files.Export("export"), [.. _output.Value.Length > 0 ? (string[])["-o", _output.Value] : [], container]);
    }
}

/// <summary><c>quai compose commit</c>.</summary>
internal sealed class Commit : ComposeVerb
{
    private readonly Flag<string> _author, _message;
    private readonly ListFlag<string> _changes;
    private readonly Flag<long> _index;
    private readonly Flag<bool> _pause;

    public Commit(ComposeGlobals globals)
        : base(globals, "commit")
    {
        _author = Flags.String("author", 'a', "Author of the image");
        _changes = Flags.List("change", 'c', "Apply a Dockerfile instruction to the image");
        _index = Flags.Int("index", '\0', "Number of the container, if the service has several");
        _message = Flags.String("message", 'm', "What the image is");
        _pause = Flags.Bool("pause", 'p', "Pause the container meanwhile", initial: true);
    }

    public override string Usage => "[OPTIONS] SERVICE [REPOSITORY[:TAG]]";

    public override string Summary => "Make an image of a service's container";

    public override ArgumentCount Arguments => new(1, 2);

    protected override int Execute(ComposeScope scope, List<string> arguments)
    {
        string container = ProjectContainers.FindAsync(scope, []).Await().One(arguments[0], _index.Value, all: true).Id;
        List<string> words = [$"--pause={_pause.Value}"];
        words.AddRange(_author.Value.Length > 0 ? ["-a", _author.Value] : []);
        words.AddRange(_message.Value.Length > 0 ? ["-m", _message.Value] : []);
        words.AddRange(_changes.Values.SelectMany(change => (string[])["-c", change]));
        return Delegation.Run(scope, new Containers.Files.Commit("commit"), [.. words, container, .. arguments[1..]]);
    }
}

/// <summary><c>quai compose stats</c>.</summary>
internal sealed class Stats : ComposeVerb
{
    private readonly Flag<bool> _all, _once, _full;
    private readonly Flag<string> _format;

    public Stats(ComposeGlobals globals)
        : base(globals, "stats")
    {
        _all = Flags.Bool("all", 'a', "Show stopped containers, too");
        _format = Flags.String("format", '\0', "Format of the output: table, json, 'table TEMPLATE' or a template");
        _once = Flags.Bool("no-stream", '\0', "Show once and end");
        _full = Flags.Bool("no-trunc", '\0', "Cut nothing");
    }

    public override string Usage => "[OPTIONS] [SERVICE]";

    public override string Summary => "Show what containers use";

    public override ArgumentCount Arguments => ArgumentCount.AtMost(1);

    protected override int Execute(ComposeScope scope, List<string> arguments)
    {
        string[] containers = [.. ProjectContainers.FindAsync(scope, arguments).Await().Of(arguments).Where(container => _all.Value || container.IsRunning).Select(container => container.Id)];
        if (containers.Length == 0)
        {
            return arguments.Count > 0 ? throw new ExitException(1, $"service \"{arguments[0]}\" is not running") : 0;
        }

        List<string> words = [$"--no-stream={_once.Value}", $"--no-trunc={_full.Value}"];
        words.AddRange(_format.Value.Length > 0 ? ["--format", _format.Value] : []);
        return Delegation.Run(scope, new Containers.Views.Stats("stats"), [.. words, .. containers]);
    }
}

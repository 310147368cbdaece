using Quai.Cli.CommandLine;
using Quai.Cli.Compose.Projects;
using Quai.Cli.Http;
using Quai.Cli.Streams;

namespace Quai.Cli.Compose.Programs;

/// <summary><c>quai compose exec</c>.</summary>
internal sealed class Exec : ComposeVerb
{
    private readonly Flag<bool> _detach, _interactive, _noTerminal, _privileged, _terminal;
    private readonly ListFlag<string> _variables;
    private readonly Flag<long> _index;
    private readonly Flag<string> _user, _folder;

    public Exec(ComposeGlobals globals)
        : base(globals, "exec")
    {
        _detach = Flags.Bool("detach", 'd', "Run in the background");
        _variables = Flags.List("env", 'e', "Set environment variables", type: "stringArray");
        _index = Flags.Int("index", '\0', "Number of the container, if the service has several");

        // Who is used to `quai exec -it` may say so.
        _interactive = Flags.Add(new Flag<bool>("interactive", 'i', "", "Keep STDIN open even if not attached", true, FlagValues.Bool) { BareValue = "true", Hidden = true });
        _terminal = Flags.Add(new Flag<bool>("tty", 't', "", "Allocate a terminal", true, FlagValues.Bool) { BareValue = "true", Hidden = true });
        _noTerminal = Flags.Bool("no-tty", 'T', "Without a terminal; else there is one if the output is one");
        _privileged = Flags.Bool("privileged", '\0', "Give the program all privileges");
        _user = Flags.String("user", 'u', "User to run as");
        _folder = Flags.String("workdir", 'w', "Folder that the program starts in");
    }

    public override string Usage => "[OPTIONS] SERVICE COMMAND [ARGS...]";

    public override string Summary => "Run a command in a running container";

    public override ArgumentCount Arguments => ArgumentCount.AtLeast(2);

    public override bool OptionsEndAtFirstArgument => true;

    protected override int Execute(ComposeScope scope, List<string> arguments)
    {
        string container = ProjectContainers.FindAsync(scope, []).Await().One(arguments[0], _index.Value).Id;
        List<string> words = [];
        words.AddRange(_detach.Value ? ["-d"] : _interactive.Value ? ["-i"] : []);
        words.AddRange(!_noTerminal.Value && _terminal.Value && !_detach.Value && scope.Out.IsTerminal && Input.IsTerminal ? ["-t"] : []);
        words.AddRange(_privileged.Value ? ["--privileged"] : []);
        words.AddRange(_user.Value.Length > 0 ? ["-u", _user.Value] : []);
        words.AddRange(_folder.Value.Length > 0 ? ["-w", _folder.Value] : []);
        words.AddRange(_variables.Values.SelectMany(variable => (string[])["-e", variable]));
        return Delegation.Run(scope, new Containers.Exec("exec"), [.. words, container, .. arguments[1..]]);
    }
}

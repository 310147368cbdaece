using Quai.Cli.CommandLine;

namespace Quai.Cli.Compose;

/// <summary>A command of <c>quai compose</c>.</summary>
internal abstract class ComposeVerb : Command
{
    private readonly ComposeGlobals _globals;
    private readonly Flag<bool> _dryRun;

    /// <summary>Declares what all of them have.</summary>
    /// <param name="globals">The flags before their names.</param>
    /// <param name="name">Its name.</param>
    protected ComposeVerb(ComposeGlobals globals, string name)
        : base("compose " + name)
    {
        _globals = globals;
        _dryRun = Flags.Bool("dry-run", '\0', "Say what would be done, and do nothing");
    }

    public override string Usage => "[OPTIONS] [SERVICE...]";

    public override ArgumentCount Arguments => ArgumentCount.Any;

    public sealed override int Execute(Session session, List<string> arguments)
    {
        _globals.IsDryRun |= _dryRun.Value;
        using ComposeScope scope = new(session, _globals);
        return Execute(scope, arguments);
    }

    /// <summary>Runs it.</summary>
    /// <param name="scope">The project, the engine and the output.</param>
    /// <param name="arguments">The arguments, already of a valid number.</param>
    /// <returns>The exit code.</returns>
    protected abstract int Execute(ComposeScope scope, List<string> arguments);
}

using Quai.Cli.CommandLine;

namespace Quai.Cli.Compose;

/// <summary>A command of <c>quai compose</c>.</summary>
/// <param name="globals">The flags of all of them.</param>
/// <param name="name">Its name.</param>
internal abstract class ComposeVerb(ComposeGlobals globals, string name) : Command("compose " + name)
{
    public override string Usage => "[OPTIONS] [SERVICE...]";

    public override ArgumentCount Arguments => ArgumentCount.Any;

    public sealed override int Execute(Session session, List<string> arguments)
    {
        using ComposeScope scope = new(session, globals);
        return Execute(scope, arguments);
    }

    /// <summary>Runs it.</summary>
    /// <param name="scope">The project, the engine and the output.</param>
    /// <param name="arguments">The arguments, already of a valid number.</param>
    /// <returns>The exit code.</returns>
    protected abstract int Execute(ComposeScope scope, List<string> arguments);
}

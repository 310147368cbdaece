using Quai.Cli.Compose.Following;
using Quai.Cli.Compose.Lifecycle;
using Quai.Cli.Compose.Views;

namespace Quai.Cli.Compose;

/// <summary>The commands of <c>quai compose</c>, by name.</summary>
internal static class ComposeVerbs
{
    /// <summary>All of them.</summary>
    public static IReadOnlyDictionary<string, Func<ComposeGlobals, ComposeVerb>> All { get; } = new Dictionary<string, Func<ComposeGlobals, ComposeVerb>>
    {
        ["config"] = globals => new Config(globals),
        ["create"] = globals => new Create(globals),
        ["convert"] = globals => new Config(globals),
        ["down"] = globals => new Down(globals),
        ["kill"] = globals => new Kill(globals),
        ["logs"] = globals => new Logs(globals),
        ["pause"] = globals => new PauseOrUnpause(globals, isPause: true),
        ["plan"] = globals => new Plan(globals),
        ["ps"] = globals => new Ps(globals),
        ["restart"] = globals => new Restart(globals),
        ["rm"] = globals => new Remove(globals),
        ["scale"] = globals => new Scale(globals),
        ["start"] = globals => new Start(globals),
        ["stop"] = globals => new Stop(globals),
        ["unpause"] = globals => new PauseOrUnpause(globals, isPause: false),
        ["up"] = globals => new Up(globals),
    };
}

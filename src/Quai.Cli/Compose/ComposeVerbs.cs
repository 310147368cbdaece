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
        ["convert"] = globals => new Config(globals),
        ["down"] = globals => new Down(globals),
        ["ps"] = globals => new Ps(globals),
        ["up"] = globals => new Up(globals),
    };
}

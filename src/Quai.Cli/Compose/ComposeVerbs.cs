using Quai.Cli.Compose.Bridging;
using Quai.Cli.Compose.Explaining;
using Quai.Cli.Compose.Following;
using Quai.Cli.Compose.Images;
using Quai.Cli.Compose.Lifecycle;
using Quai.Cli.Compose.Programs;
using Quai.Cli.Compose.Publishing;
using Quai.Cli.Compose.Views;
using Quai.Cli.Compose.Watching;

namespace Quai.Cli.Compose;

/// <summary>The commands of <c>quai compose</c>, by name.</summary>
internal static class ComposeVerbs
{
    private const int MostWords = 3;

    /// <summary>All of them.</summary>
    public static IReadOnlyDictionary<string, Func<ComposeGlobals, ComposeVerb>> All { get; } = new Dictionary<string, Func<ComposeGlobals, ComposeVerb>>
    {
        ["attach"] = globals => new Attach(globals),
        ["bridge convert"] = globals => new BridgeConvert(globals),
        ["bridge transformations create"] = globals => new TransformationCreate(globals),
        ["bridge transformations list"] = globals => new TransformationList(globals),
        ["build"] = globals => new Build(globals),
        ["commit"] = globals => new Commit(globals),
        ["config"] = globals => new Config(globals),
        ["convert"] = globals => new Config(globals),
        ["cp"] = globals => new Copy(globals),
        ["create"] = globals => new Create(globals),
        ["diff"] = globals => new Diff(globals),
        ["down"] = globals => new Down(globals),
        ["events"] = globals => new Events(globals),
        ["exec"] = globals => new Exec(globals),
        ["export"] = globals => new Export(globals),
        ["images"] = globals => new Views.Images(globals),
        ["kill"] = globals => new Kill(globals),
        ["logs"] = globals => new Logs(globals),
        ["ls"] = globals => new Ls(globals),
        ["pause"] = globals => new PauseOrUnpause(globals, isPause: true),
        ["plan"] = globals => new Plan(globals),
        ["port"] = globals => new Port(globals),
        ["ps"] = globals => new Ps(globals),
        ["publish"] = globals => new Publish(globals),
        ["pull"] = globals => new Pull(globals),
        ["push"] = globals => new Push(globals),
        ["restart"] = globals => new Restart(globals),
        ["rm"] = globals => new Remove(globals),
        ["run"] = globals => new Run(globals),
        ["scale"] = globals => new Scale(globals),
        ["start"] = globals => new Start(globals),
        ["stats"] = globals => new Stats(globals),
        ["stop"] = globals => new Stop(globals),
        ["top"] = globals => new Top(globals),
        ["unpause"] = globals => new PauseOrUnpause(globals, isPause: false),
        ["up"] = globals => new Up(globals),
        ["version"] = globals => new Views.Version(globals),
        ["viz"] = globals => new Viz(globals),
        ["volumes"] = globals => new Views.Volumes(globals),
        ["wait"] = globals => new Wait(globals),
        ["watch"] = globals => new Watch(globals),
        ["why"] = globals => new Why(globals),
    };

    /// <summary>Finds the one that arguments begin with: some have names of several words.</summary>
    /// <returns>Its name, and how many arguments that is; null where there is none.</returns>
    public static (string Name, int Count)? Find(IReadOnlyList<string> arguments)
    {
        for (int count = Math.Min(MostWords, arguments.Count); count > 0; count--)
        {
            string name = string.Join(' ', arguments.Take(count));
            if (All.ContainsKey(name))
            {
                return (name, count);
            }
        }

        return null;
    }
}

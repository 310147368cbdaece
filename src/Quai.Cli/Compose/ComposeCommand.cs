using System.Text;
using Quai.Cli.CommandLine;

namespace Quai.Cli.Compose;

/// <summary><c>quai compose</c>: the flags of all its commands, and the way to each.</summary>
internal sealed class ComposeCommand : Command
{
    private readonly ComposeGlobals _globals;

    public ComposeCommand(string path)
        : base(path) => _globals = new ComposeGlobals(Flags);

    public override string Usage => "[OPTIONS] COMMAND";

    public override string Summary => "Run applications of several containers";

    public override ArgumentCount Arguments => ArgumentCount.Any;

    public override bool OptionsEndAtFirstArgument => true;

    public override string Details
    {
        get
        {
            StringBuilder text = new("Commands:\n");
            Help.List(text, [.. ComposeVerbs.All.OrderBy(verb => verb.Key, StringComparer.Ordinal).Select(verb => (verb.Key, verb.Value(_globals).Summary))]);
            return text.ToString();
        }
    }

    public override int Execute(Session session, List<string> arguments)
    {
        if (_globals.Version.Value)
        {
            arguments = ["version"];
        }

        if (arguments is ["help", ..])
        {
            arguments = arguments.Count > 1 ? [.. arguments[1..], "--help"] : [];
        }

        if (arguments is ["bridge", "transformations", "ls", ..])
        {
            arguments = ["bridge", "transformations", "list", .. arguments[3..]];
        }

        if (arguments is ["alpha", "publish" or "scale" or "viz" or "watch", ..])
        {
            // Where they are in programs that take them for experiments.
            arguments = arguments[1..];
        }

        if (arguments.Count == 0)
        {
            session.Out.Write(Help.For(this, [Words]));
            return 0;
        }

        if (ComposeVerbs.Find(arguments) is not var (name, count))
        {
            string[] group = [.. ComposeVerbs.All.Keys.Where(known => known.StartsWith(arguments[0] + " ", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
            throw new ExitException(1, group.Length > 0
                ? $"quai: 'quai compose {arguments[0]}' is one of these: {string.Join(", ", group)}"
                : $"quai: unknown command: quai compose {arguments[0]}\n\nRun 'quai compose --help' for more information");
        }

        return CommandTree.Execute(session, ComposeVerbs.All[name](_globals), [$"compose {name}"], arguments[count..], wrongFlag: 1);
    }
}

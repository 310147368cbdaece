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
            arguments = arguments.Count > 1 ? [arguments[1], "--help"] : [];
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

        if (!ComposeVerbs.All.TryGetValue(arguments[0], out Func<ComposeGlobals, ComposeVerb>? make))
        {
            throw new ExitException(1, $"quai: unknown command: quai compose {arguments[0]}\n\nRun 'quai compose --help' for more information");
        }

        return CommandTree.Execute(session, make(_globals), [$"compose {arguments[0]}"], arguments[1..], wrongFlag: 1);
    }
}

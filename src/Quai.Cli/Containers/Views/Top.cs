using System.Text;
using System.Text.Json;
using Quai.Cli.CommandLine;
using Quai.Cli.Formatting;
using Quai.Cli.Http;
using Quai.Client;
using Quai.Client.Transport;

namespace Quai.Cli.Containers.Views;

/// <summary><c>quai top</c>.</summary>
internal sealed class Top(string path) : Command(path)
{
    public override string Usage => "CONTAINER [ps OPTIONS]";

    public override string Summary => "Show the processes of a container";

    public override ArgumentCount Arguments => ArgumentCount.AtLeast(1);

    public override bool OptionsEndAtFirstArgument => true;

    public override int Execute(Session session, List<string> arguments)
    {
        JsonElement list = session.Engine.Transport.Get(new Query($"/containers/{Query.Segment(arguments[0])}/top")
            .WithText("ps_args", string.Join(' ', arguments.Skip(1))).ToString());
        var text = new StringBuilder();
        text.AppendJoin('\t', list.Texts("Titles")).Append('\n');
        foreach (JsonElement process in list.Items("Processes"))
        {
            text.AppendJoin('\t', process.Items().Select(c => session.Out.IsTerminal ? Printable.Line(c.GetString() ?? "") : c.GetString())).Append('\n');
        }

        session.Out.Write(TabWriter.Align(text.ToString(), 20, 1));
        return 0;
    }
}

using System.Text;
using Quai.Api.Containers;
using Quai.Cli.CommandLine;
using Quai.Cli.Formatting;
using Quai.Cli.Http;

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
        ContainerTopResponse list = session.Engine.Containers.TopAsync(arguments[0], string.Join(' ', arguments.Skip(1))).Await();
        var text = new StringBuilder();
        text.AppendJoin('\t', list.Titles ?? []).Append('\n');
        foreach (List<string> process in list.Processes ?? [])
        {
            text.AppendJoin('\t', process.Select(c => session.Out.IsTerminal ? Printable.Line(c) : c)).Append('\n');
        }

        session.Out.Write(TabWriter.Align(text.ToString(), 20, 1));
        return 0;
    }
}

using System.Text;
using Quai.Api.Containers;
using Quai.Cli.Compose.Projects;
using Quai.Cli.Formatting;
using Quai.Cli.Http;
using Quai.Convergence.Observing;

namespace Quai.Cli.Compose.Views;

/// <summary><c>quai compose top</c>: the processes of a project's containers.</summary>
internal sealed class Top(ComposeGlobals globals) : ComposeVerb(globals, "top")
{
    public override string Usage => "[SERVICES...]";

    public override string Summary => "Show the processes of containers";

    protected override int Execute(ComposeScope scope, List<string> arguments)
    {
        StringBuilder table = new();
        foreach (ObservedContainer container in ProjectContainers.FindAsync(scope, arguments).Await().Of(arguments, oneOffs: true).Where(container => container.IsRunning))
        {
            ContainerTopResponse top = scope.Engine.Containers.TopAsync(container.Id).Await();
            if (table.Length == 0)
            {
                table.Append("SERVICE\t#\t").AppendJoin('\t', top.Titles).Append('\n');
            }

            foreach (List<string> process in top.Processes)
            {
                table.Append(container.Service).Append('\t').Append(container.IsOneOff ? "-" : container.Number.ToString()).Append('\t').AppendJoin('\t', process.Select(Printable.Line)).Append('\n');
            }
        }

        scope.Out.Write(table.Length == 0 ? "" : TabWriter.Align(table.ToString(), 4, 2));
        return 0;
    }
}

using System.Globalization;
using System.Text;
using Quai.Cli.CommandLine;
using Quai.Compose.Model;
using Quai.Compose.Model.Services;
using Quai.Convergence;

namespace Quai.Cli.Compose.Views;

/// <summary><c>quai compose viz</c>: a project as a graph for Graphviz.</summary>
internal sealed class Viz : ComposeVerb
{
    private readonly Flag<bool> _images, _networks, _ports, _spaces;
    private readonly Flag<long> _indentation;

    public Viz(ComposeGlobals globals)
        : base(globals, "viz")
    {
        _images = Flags.Bool("image", '\0', "Print the services' images");
        _indentation = Flags.Int("indentation-size", '\0', "Number of tabs or spaces of an indentation", 1);
        _networks = Flags.Bool("networks", '\0', "Print the services' networks");
        _ports = Flags.Bool("ports", '\0', "Print the services' ports");
        _spaces = Flags.Bool("spaces", '\0', "Indent by spaces, not by tabs");
    }

    public override string Summary => "Print the services and what they depend on as a graph";

    protected override int Execute(ComposeScope scope, List<string> arguments)
    {
        ComposeProject project = scope.Load([]);
        string indentation = new(_spaces.Value ? ' ' : '\t', (int)Math.Clamp(_indentation.Value, 0, 100));
        StringBuilder graph = new($"digraph \"{project.Name}\" {{\n{indentation}layout=dot;\n");
        ComposeService[] services = [.. project.Services.Values.OrderBy(service => service.Name, StringComparer.Ordinal)];
        foreach (ComposeService service in services)
        {
            graph.Append(CultureInfo.InvariantCulture, $"{indentation}\"{service.Name}\" [style=\"filled\" label=<<font point-size=\"15\">{service.Name}</font>{Shown(project, service)}>];\n");
        }

        graph.Append('\n');
        foreach (ComposeService service in services)
        {
            foreach (string other in service.DependsOn.Keys.Where(project.Services.ContainsKey).Order(StringComparer.Ordinal))
            {
                graph.Append(CultureInfo.InvariantCulture, $"{indentation}\"{service.Name}\" -> \"{other}\";\n");
            }
        }

        scope.Out.Write(graph.Append("}\n\n").ToString());
        return 0;
    }

    private string Shown(ComposeProject project, ComposeService service) =>
        Detail("Networks", _networks.Value ? service.Networks.Keys.Order(StringComparer.Ordinal) : [])
        + Detail("Ports", _ports.Value ? service.Ports.Select(Port) : [])
        + Detail("Image", _images.Value ? [ServiceScale.ImageOf(project, service)] : []);

    private static string Detail(string title, IEnumerable<string> lines)
    {
        string text = string.Join("<br/>", lines.Select(Escaped));
        return text.Length == 0 ? "" : $"<font point-size=\"10\"><br/><br/><b>{title}:</b><br/>{text}</font>";
    }

    private static string Port(ServicePort port) => string.Create(
        CultureInfo.InvariantCulture,
        $"{(port.HostIp.Length > 0 ? port.HostIp + ":" : "")}{(port.Published.Length > 0 ? port.Published + ":" : "")}{port.Target} ({port.Protocol}, {port.Mode})");

    private static string Escaped(string text) => text.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal);
}

using System.Text;
using System.Text.Json.Nodes;
using Quai.Api.Images;
using Quai.Cli.CommandLine;
using Quai.Cli.Compose.Projects;
using Quai.Cli.Formatting;
using Quai.Cli.Http;
using Quai.Cli.Images;
using Quai.Convergence.Observing;

namespace Quai.Cli.Compose.Views;

/// <summary><c>quai compose images</c>: the images that a project's containers were made from.</summary>
internal sealed class Images : ComposeVerb
{
    private readonly Flag<string> _format;
    private readonly Flag<bool> _quiet;

    public Images(ComposeGlobals globals)
        : base(globals, "images")
    {
        _format = Flags.String("format", '\0', "Format of the output: table or json", "table");
        _quiet = Flags.Bool("quiet", 'q', "Show IDs only");
    }

    public override string Summary => "List the images of containers";

    protected override int Execute(ComposeScope scope, List<string> arguments)
    {
        IReadOnlyList<ObservedContainer> containers = ProjectContainers.FindAsync(scope, arguments).Await().Of(arguments);
        Dictionary<string, ImageInspect> images = containers.Select(container => container.Summary.ImageID).Distinct().ToDictionary(id => id, id => scope.Engine.Images.InspectAsync(id).Await());
        if (_quiet.Value)
        {
            scope.Out.WriteRows(images.Keys.Select(id => id[(id.IndexOf(':', StringComparison.Ordinal) + 1)..]));
            return 0;
        }

        JsonArray json = [];
        StringBuilder table = new("CONTAINER\tREPOSITORY\tTAG\tPLATFORM\tIMAGE ID\tSIZE\tCREATED\n");
        foreach (ObservedContainer container in containers)
        {
            ImageInspect image = images[container.Summary.ImageID];
            (string repository, string tag, _) = ImageReference.Split(image.RepoTags.Find(name => ImageReference.Familiar(name) == ImageReference.Familiar(container.Summary.Image)) ?? image.RepoTags.FirstOrDefault() ?? "<none>:<none>");
            string platform = string.Join('/', ((string[])[image.Os, image.Architecture, image.Variant ?? ""]).Where(part => part.Length > 0));
            string created = image.Created is { Length: > 0 } time ? Units.Ago(Units.ParseTime(time)) : "N/A";
            table.Append($"{container.Name}\t{repository}\t{tag}\t{platform}\t{Units.ShortId(image.Id)}\t{Units.Size(image.Size)}\t{created}\n");
            json.Add((JsonNode)new JsonObject
            {
                ["ID"] = image.Id, ["ContainerName"] = container.Name, ["Repository"] = repository, ["Tag"] = tag, ["Platform"] = platform, ["Size"] = image.Size, ["LastTagTime"] = image.Metadata.LastTagTime,
            });
        }

        scope.Out.Write(_format.Value switch
        {
            "json" => json.ToJsonString() + "\n",
            "" or "table" => TabWriter.Align(table.ToString(), 20, 1),
            _ => throw new ExitException(1, $"format value \"{_format.Value}\" could not be parsed: parsing failed"),
        });
        return 0;
    }
}

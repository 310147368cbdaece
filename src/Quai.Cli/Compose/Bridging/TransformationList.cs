using Quai.Api;
using Quai.Api.Images;
using Quai.Cli.CommandLine;
using Quai.Cli.Formatting;
using Quai.Cli.Http;
using Quai.Cli.Images;

namespace Quai.Cli.Compose.Bridging;

/// <summary><c>quai compose bridge transformations list</c>: the images that are transformations.</summary>
internal sealed class TransformationList : ComposeVerb
{
    private const string Label = "com.docker.compose.bridge=transformation", Nothing = "<none>";

    private readonly Flag<string> _format;
    private readonly Flag<bool> _quiet;

    public TransformationList(ComposeGlobals globals)
        : base(globals, "bridge transformations list")
    {
        _format = Flags.String("format", '\0', "Format of the output: table or json", "table");
        _quiet = Flags.Bool("quiet", 'q', "Show names only");
    }

    public override string Usage => "[OPTIONS]";

    public override string Summary => "List the transformations that the engine has";

    public override ArgumentCount Arguments => ArgumentCount.None;

    protected override int Execute(ComposeScope scope, List<string> arguments)
    {
        List<ImageSummary> images = scope.Engine.Images.ListAsync(filters: [new("label", Label)]).Await();
        if (_quiet.Value)
        {
            scope.Out.WriteRows(images.Select(image => image.RepoTags.FirstOrDefault() ?? image.Id));
        }
        else if (_format.Value == "json")
        {
            scope.Out.WriteLine(System.Text.Json.JsonSerializer.Serialize(images, ApiJson.Default.ListImageSummary));
        }
        else if (_format.Value is "" or "table" or "pretty")
        {
            scope.Out.Write(TabWriter.Align("IMAGE ID\tREPO\tTAGS\tSIZE\n" + string.Concat(images.Select(Row)), 20, 1));
        }
        else
        {
            throw new ExitException(1, $"format value \"{_format.Value}\" could not be parsed: parsing failed");
        }

        return 0;
    }

    private static string Row(ImageSummary image)
    {
        string id = image.Id.Split(':')[^1];
        (string repository, string tag, _) = image.RepoTags is [var name, ..] ? ImageReference.Split(name) : (Nothing, Nothing, "");
        return $"{id[..Math.Min(12, id.Length)]}\t{repository}\t{tag}\t{Units.Size(image.Size)}\n";
    }
}

using Quai.Cli.CommandLine;
using Quai.Cli.Compose.Images;
using Quai.Cli.Compose.Projects;
using Quai.Cli.Http;
using Quai.Compose;
using Quai.Compose.Interpolation;
using Quai.Compose.Model;
using Quai.Compose.Printing;
using Quai.Compose.Yaml;

namespace Quai.Cli.Compose.Views;

/// <summary><c>quai compose config</c>: the project as it is understood.</summary>
internal sealed class Config : ComposeVerb
{
    private static readonly string[] s_lists = ["services", "volumes", "networks", "models", "profiles", "images", "environment"];

    private readonly Dictionary<string, Flag<bool>> _lists = [];
    private readonly Flag<string> _format, _hash, _output;
    private readonly Flag<bool> _locksDigests, _noConsistency, _noEnvironment, _noInterpolation, _noNormalization, _noPaths, _quiet, _resolvesDigests, _variables;

    public Config(ComposeGlobals globals)
        : base(globals, "config")
    {
        foreach (string list in s_lists)
        {
            _lists[list] = Flags.Bool(list, '\0', list == "environment" ? "Print the variables that values are taken from" : $"Print the names of the {list}, one a line");
        }

        _format = Flags.String("format", '\0', "Format of the output: yaml or json");
        _hash = Flags.String("hash", '\0', "Print the hashes of these services, or of all (\"*\")");
        _locksDigests = Flags.Bool("lock-image-digests", '\0', "Print a file that is to be merged over the project's, with the digests of its images");
        _noConsistency = Flags.Bool("no-consistency", '\0', "Do not check that services refer to what there is");
        _noEnvironment = Flags.Bool("no-env-resolution", '\0', "Leave files of variables as they are");
        _noInterpolation = Flags.Bool("no-interpolate", '\0', "Leave variables as they are");
        _noNormalization = Flags.Bool("no-normalize", '\0', "Do not add what is implied");
        _noPaths = Flags.Bool("no-path-resolution", '\0', "Leave paths as they are");
        _output = Flags.String("output", 'o', "File to write to");
        _quiet = Flags.Bool("quiet", 'q', "Only check the files");
        _resolvesDigests = Flags.Bool("resolve-image-digests", '\0', "Name images by their digests, which registries are asked for");
        _variables = Flags.Bool("variables", '\0', "Print the variables that the files name, and their defaults");
    }

    public override string Summary => "Check and print the project";

    private bool IsPinned => _locksDigests.Value || _resolvesDigests.Value;

    protected override int Execute(ComposeScope scope, List<string> arguments)
    {
        ConfigFormat format = _format.Value switch
        {
            "" or "yaml" => ConfigFormat.Yaml,
            "json" => ConfigFormat.Json,
            _ => throw new ExitException(1, $"unsupported format \"{_format.Value}\""),
        };
        string text = Print(scope, arguments, format);
        if (_quiet.Value)
        {
            return 0;
        }

        text = text.Length == 0 || text.EndsWith('\n') ? text : text + "\n";
        if (_output.Value.Length > 0)
        {
            File.WriteAllText(_output.Value, text);
        }
        else
        {
            scope.Out.Write(text);
        }

        return 0;
    }

    private string Print(ComposeScope scope, List<string> arguments, ConfigFormat format)
    {
        ComposeRequest request = scope.Globals.Request(arguments) with
        {
            ChecksConsistency = !_noConsistency.Value,
            ResolvesEnvironment = !_noEnvironment.Value && _hash.Value.Length == 0,
            Normalizes = !_noNormalization.Value,
            ResolvesPaths = !_noPaths.Value,
        };
        ComposeLoader loader = new(new ProjectFiles(scope.Session));
        if (_variables.Value)
        {
            return VariableListing.Print(VariableListing.Of(loader.LoadTree(request)));
        }

        if (_noInterpolation.Value)
        {
            ComposeMapping tree = loader.LoadTree(request);
            tree = IsPinned ? ImagePins.Pinned(tree, new ImageDigests(scope).ResolveAsync(ImagePins.Images(tree)).Await()) : tree;
            return ConfigPrinter.Print(_locksDigests.Value ? ImagePins.Lock(tree) : tree, format);
        }

        ComposeProject project = loader.Load(request);
        foreach (string warning in project.Warnings)
        {
            scope.Warn(warning);
        }

        project = IsPinned ? ImagePins.Pinned(project, new ImageDigests(scope).ResolveAsync(ImagePins.Images(project)).Await()) : project;
        if (_hash.Value.Length > 0)
        {
            return string.Join('\n', ConfigPrinter.Hashes(project, _hash.Value == "*" ? [] : _hash.Value.Split(',')));
        }

        return s_lists.FirstOrDefault(list => _lists[list].Value) switch
        {
            "services" => string.Join('\n', ConfigPrinter.Services(project)),
            "volumes" => string.Join('\n', ConfigPrinter.Volumes(project)),
            "networks" => string.Join('\n', ConfigPrinter.Networks(project)),
            "models" => string.Join('\n', ConfigPrinter.Models(project)),
            "profiles" => string.Join('\n', ConfigPrinter.Profiles(project)),
            "images" => string.Join('\n', ConfigPrinter.Images(project)),
            "environment" => string.Join('\n', ConfigPrinter.Environment(project)),
            _ => ConfigPrinter.Print(_locksDigests.Value ? ImagePins.Lock(project) : project, format),
        };
    }
}

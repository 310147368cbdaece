using Quai.Cli.CommandLine;
using Quai.Cli.Compose.Projects;
using Quai.Compose;
using Quai.Compose.Interpolation;
using Quai.Compose.Model;
using Quai.Compose.Printing;

namespace Quai.Cli.Compose.Views;

/// <summary><c>quai compose config</c>: the project as it is understood.</summary>
internal sealed class Config : ComposeVerb
{
    private static readonly string[] s_lists = ["services", "volumes", "networks", "models", "profiles", "images", "environment"];

    private readonly Dictionary<string, Flag<bool>> _lists = [];
    private readonly Flag<string> _format, _hash, _output;
    private readonly Flag<bool> _noConsistency, _noEnvironment, _noInterpolation, _noNormalization, _noPaths, _quiet, _variables;

    public Config(ComposeGlobals globals)
        : base(globals, "config")
    {
        foreach (string list in s_lists)
        {
            _lists[list] = Flags.Bool(list, '\0', list == "environment" ? "Print the variables that values are taken from" : $"Print the names of the {list}, one a line");
        }

        _format = Flags.String("format", '\0', "Format of the output: yaml or json");
        _hash = Flags.String("hash", '\0', "Print the hashes of these services, or of all (\"*\")");
        _noConsistency = Flags.Bool("no-consistency", '\0', "Do not check that services refer to what there is");
        _noEnvironment = Flags.Bool("no-env-resolution", '\0', "Leave files of variables as they are");
        _noInterpolation = Flags.Bool("no-interpolate", '\0', "Leave variables as they are");
        _noNormalization = Flags.Bool("no-normalize", '\0', "Do not add what is implied");
        _noPaths = Flags.Bool("no-path-resolution", '\0', "Leave paths as they are");
        _output = Flags.String("output", 'o', "File to write to");
        _quiet = Flags.Bool("quiet", 'q', "Only check the files");
        _variables = Flags.Bool("variables", '\0', "Print the variables that the files name, and their defaults");
    }

    public override string Summary => "Check and print the project";

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
        ComposeLoader loader = new(new ProjectFiles());
        if (_variables.Value)
        {
            return VariableListing.Print(VariableListing.Of(loader.LoadTree(request)));
        }

        if (_noInterpolation.Value)
        {
            return ConfigPrinter.Print(loader.LoadTree(request), format);
        }

        ComposeProject project = loader.Load(request);
        foreach (string warning in project.Warnings)
        {
            scope.Warn(warning);
        }

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
            _ => ConfigPrinter.Print(project, format),
        };
    }
}

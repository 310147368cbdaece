using System.Collections;
using Quai.Bake;
using Quai.Bake.Printing;
using Quai.Cli.CommandLine;

namespace Quai.Cli.Builds.Bake;

/// <summary><c>quai bake</c>: prints what bake files say is to be built.</summary>
internal sealed class BakeCommand : Command
{
    private readonly ListFlag<string> _files;
    private readonly ListFlag<string> _overrides;
    private readonly ListFlag<string> _variables;
    private readonly Flag<bool> _print;
    private readonly Flag<string> _list;
    private readonly BakeShorthands _shorthands;

    public BakeCommand(string path)
        : base(path)
    {
        _files = Flags.List("file", 'f', "Build definition file", type: "stringArray");
        _overrides = Flags.List("set", '\0', "Override target value (e.g., \"targetpattern.key=value\")", type: "stringArray");
        _variables = Flags.List("var", '\0', "Set a variable value (e.g., \"name=value\")", type: "stringArray");
        _print = Flags.Bool("print", '\0', "Print the options without building");
        _list = Flags.String("list", '\0', "List targets or variables");
        _shorthands = new(Flags);
    }

    public override string Usage => "[OPTIONS] [TARGET...]";

    public override string Summary => "Build from a file";

    public override ArgumentCount Arguments => ArgumentCount.AtLeast(0);

    public override int Execute(Session session, List<string> arguments)
    {
        if (_print.Value && _list.Value.Length > 0)
        {
            throw new BakeException("--print and --list are mutually exclusive");
        }

        if (!_print.Value && _list.Value.Length == 0)
        {
            throw new ExitException(1, "bake prints only, so far: give --print or --list, and build the targets one by one");
        }

        Dictionary<string, string> environment = EnvironmentVariables();
        BakeFolder folder = new(Directory.GetCurrentDirectory());
        BakeOptions options = new() { Environment = environment, Variables = Variables(), DotEnv = folder.Read(".env") };
        IReadOnlyList<BakeFile> files = BakeFileLookup.Read(folder, _files.Values.Count > 0 ? _files.Values : FilesOf(environment));
        try
        {
            BakeDefinition definition = BakeDefinition.Load(files, options);
            if (_list.Value.Length > 0)
            {
                session.Out.Write(BakeListing.Parse(_list.Value).Print(definition));
            }
            else
            {
                session.Out.WriteLine(PlanPrinter.Print(definition.Resolve(arguments, [.. _overrides.Values, .. _shorthands.Overrides()])));
            }

            return 0;
        }
        catch (BakeException error) when (BakeDefinition.Excerpt(error, files) is { } excerpt)
        {
            session.Error.Write(excerpt);
            throw;
        }
    }

    /// <summary>The files that the environment names.</summary>
    private static string[] FilesOf(Dictionary<string, string> environment)
    {
        string separator = environment.GetValueOrDefault("BUILDX_BAKE_PATH_SEPARATOR") is { Length: > 0 } own ? own : ":";
        return environment.GetValueOrDefault("BUILDX_BAKE_FILE") is { } names
            ? names.Split(separator, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            : [];
    }

    private Dictionary<string, string> Variables()
    {
        Dictionary<string, string> variables = [];
        foreach (string text in _variables.Values.Where(text => text.Length > 0))
        {
            int equals = text.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
            {
                throw new BakeException(equals < 0 ? $"invalid variable \"{text}\", expected key=value" : $"invalid variable \"{text}\", key is empty");
            }

            variables[text[..equals]] = text[(equals + 1)..];
        }

        return variables;
    }

    private static Dictionary<string, string> EnvironmentVariables() =>
        Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().ToDictionary(entry => (string)entry.Key, entry => (string?)entry.Value ?? "");
}

using System.Collections;
using Quai.Bake;
using Quai.Bake.Plans;
using Quai.Bake.Printing;
using Quai.BuildClient.Files;
using Quai.Cli.Builds.Builders;
using Quai.Cli.Builds.Options;
using Quai.Cli.Builds.Progress;
using Quai.Cli.CommandLine;

namespace Quai.Cli.Builds.Bake;

/// <summary><c>quai bake</c>: builds what bake files say, or prints it.</summary>
internal sealed class BakeCommand : Command
{
    private readonly ListFlag<string> _files;
    private readonly ListFlag<string> _overrides;
    private readonly ListFlag<string> _variables;
    private readonly ListFlag<string> _allow;
    private readonly Flag<bool> _print;
    private readonly Flag<string> _list;
    private readonly Flag<string> _builder;
    private readonly Flag<bool> _debug;
    private readonly Flag<string> _metadataFile;
    private readonly Flag<string> _progress;
    private readonly BakeShorthands _shorthands;

    public BakeCommand(string path)
        : base(path)
    {
        _files = Flags.List("file", 'f', "Build definition file", type: "stringArray");
        _overrides = Flags.List("set", '\0', "Override target value (e.g., \"targetpattern.key=value\")", type: "stringArray");
        _variables = Flags.List("var", '\0', "Set a variable value (e.g., \"name=value\")", type: "stringArray");
        _allow = Flags.List("allow", '\0', "Let builds do more (fs=path, fs.read=path, fs.write=path, network.host, security.insecure)", type: "stringArray");
        _print = Flags.Bool("print", '\0', "Print the options without building");
        _list = Flags.String("list", '\0', "List targets or variables");
        _builder = Flags.String("builder", '\0', "Use this builder");
        _debug = Flags.Bool("debug", 'D', "Tell warnings in full");
        _metadataFile = Flags.String("metadata-file", '\0', "Write what came of the builds to a file");
        _progress = Flags.String("progress", '\0', "How progress is shown: auto, none, plain, quiet, rawjson or tty", BuildDisplays.Default);
        _shorthands = new(Flags);
    }

    public override string Usage => "[OPTIONS] [URL [URL]] [TARGET...]";

    public override string Summary => "Build from a file";

    public override ArgumentCount Arguments => ArgumentCount.AtLeast(0);

    public override int Execute(Session session, List<string> arguments)
    {
        if (_print.Value && _list.Value.Length > 0)
        {
            throw new ExitException(1, "ERROR: --print and --list are mutually exclusive");
        }

        Dictionary<string, string> environment = EnvironmentVariables();
        BakePrivileges privileges = BakePrivileges.Parse(_allow.Values, Directory.GetCurrentDirectory(), environment);
        BakeFolder folder = new(Directory.GetCurrentDirectory());
        var given = BakeArguments.Parse(arguments);
        IReadOnlyList<string> names = _files.Values.Count > 0 ? _files.Values : FilesOf(environment);
        RemoteDefinition? remote = given.Address.Length == 0 ? null : Fetch(session, given.Address, [.. names.Where(n => !IsHere(n))]);
        IReadOnlyList<BakeFile> files = remote is null ? BakeFileLookup.Read(folder, names) : [.. remote.Files, .. names.Any(IsHere) ? BakeFileLookup.Read(folder, [.. names.Where(IsHere)]) : []];
        BakeOptions options = new()
        {
            Environment = environment, Variables = Variables(), DotEnv = folder.Read(".env"), CommandContext = given.CommandContext, Remote = remote?.Contexts.Address ?? "",
        };
        BakePlan plan;
        try
        {
            BakeDefinition definition = files.Count > 0 ? BakeDefinition.Load(files, options) : throw new BakeException("couldn't find a bake definition");
            if (_list.Value.Length > 0)
            {
                session.Out.Write(BakeListing.Parse(_list.Value).Print(definition));
                return 0;
            }

            plan = definition.Resolve(given.Targets, [.. _overrides.Values, .. _shorthands.Overrides()]);
        }
        catch (BakeException error)
        {
            session.Error.Write(BakeDefinition.Excerpt(error, files) ?? "");
            throw new ExitException(1, "ERROR: " + error.Message);
        }

        RemoteContexts contexts = remote?.Contexts ?? new RemoteContexts("", null);
        foreach (BakeTarget target in plan.Targets.Values)
        {
            contexts.Check(target);
        }

        if (_print.Value)
        {
            session.Out.WriteLine(PlanPrinter.Print(plan));
            return 0;
        }

        return Build(session, plan, privileges, contexts);
    }

    private static bool IsHere(string name) => name == "-" || name.StartsWith("cwd://", StringComparison.Ordinal);

    private RemoteDefinition Fetch(Session session, string address, IReadOnlyList<string> names)
    {
        ChosenBuilder builder = KnownBuilders.Choose(session, _builder.Value);
        using IBuildDisplay display = BuildDisplays.Create(session, _progress.Value, builder.Name, builder.Driver, _debug.Value || session.IsDebug);
        RemoteDefinition? fetched = null;
        int code = new BuildInvocation(session, builder, "ERROR: ").Run(display, (runner, cancellation) => RemoteDefinition.ReadAsync(runner, address, names, cancellation), definition =>
        {
            fetched = definition;
            return 0;
        });
        return fetched ?? throw new ExitException(code);
    }

    private int Build(Session session, BakePlan plan, BakePrivileges privileges, RemoteContexts contexts)
    {
        CallOption? call = _shorthands.Call;
        Dictionary<string, BuildOptions> options = plan.Targets.ToDictionary(t => t.Key, t => contexts.Place(TargetOptions.Of(t.Value, call), t.Value), StringComparer.Ordinal);
        BakeConsent.Ask(session, privileges.Missing(options.Values));
        options = options.ToDictionary(o => o.Key, o => privileges.Grant(o.Value), StringComparer.Ordinal);
        ChosenBuilder builder = KnownBuilders.Choose(session, _builder.Value);
        BuildInvocation.CheckFolder(_metadataFile.Value);
        OutputWarning.Tell(session, builder, options.Where(o => !plan.Targets[o.Key].IsLinked));
        using IBuildDisplay display = BuildDisplays.Create(session, _progress.Value, builder.Name, builder.Driver, _debug.Value || session.IsDebug);
        var builds = new BakeBuilds(plan, options);
        return new BuildInvocation(session, builder, "ERROR: ").Run(display, builds.RunAsync, outcomes =>
        {
            if (_metadataFile.Value.Length > 0)
            {
                WholeFile.WriteText(_metadataFile.Value, BakeAnswers.MetadataJson(outcomes, builder.Name));
            }

            return BakeAnswers.Print(session, plan, options.ToDictionary(o => o.Key, o => o.Value.Call), outcomes);
        });
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

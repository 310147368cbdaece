using Quai.Cli.CommandLine;
using Quai.Cli.Compose.Display;
using Quai.Cli.Streams;
using Quai.Compose;

namespace Quai.Cli.Compose;

/// <summary>The flags that all commands of <c>quai compose</c> have, and the variables that stand for them.</summary>
internal sealed class ComposeGlobals
{
    private readonly Flag<string> _ansi;
    private readonly Flag<bool> _compatibility;
    private readonly Flag<bool> _allResources;
    private readonly Flag<bool> _dryRun;
    private readonly ListFlag<string> _envFiles;
    private readonly ListFlag<string> _files;
    private readonly Flag<long> _parallel;
    private readonly ListFlag<string> _profiles;
    private readonly Flag<string> _progress;
    private readonly Flag<string> _directory;
    private readonly Flag<string> _name;

    /// <summary>Declares them.</summary>
    public ComposeGlobals(FlagSet flags)
    {
        _allResources = flags.Bool("all-resources", '\0', "Include networks, volumes, secrets and configs that no service uses");
        _ansi = flags.String("ansi", '\0', "Whether to draw on the terminal: never, always or auto", "auto");
        _compatibility = flags.Bool("compatibility", '\0', "Name containers with underscores, as docker-compose did");
        _dryRun = flags.Bool("dry-run", '\0', "Say what would be done, and do nothing");
        _envFiles = flags.List("env-file", '\0', "File of variables, instead of .env", type: "stringArray");
        _files = flags.List("file", 'f', "Compose file; - for the standard input", type: "stringArray");
        _parallel = flags.Int("parallel", '\0', "How much is done at once; -1 for any number", -1);
        _profiles = flags.List("profile", '\0', "Profile to enable", type: "stringArray");
        _progress = flags.String("progress", '\0', "How progress is shown: auto, tty, plain, json or quiet");
        _directory = flags.String("project-directory", '\0', "The project's folder; that of the first file if not given");
        Version = flags.Add(new Flag<bool>("version", 'v', "", "Show the version", false, FlagValues.Bool) { BareValue = "true", Hidden = true });
        _name = flags.String("project-name", 'p', "The project's name");
    }

    /// <summary>Whether the version is to be shown, whatever the command.</summary>
    public Flag<bool> Version { get; }

    /// <summary>Whether nothing is to be done: it can be said before the command and behind it.</summary>
    public bool IsDryRun
    {
        get => field || _dryRun.Value;
        set;
    }

    /// <summary>The project's name as the user gave it; empty if not.</summary>
    public string ProjectName => _name.Value;

    /// <summary>Whether the user named files.</summary>
    public bool HasFiles => _files.Values.Count > 0;

    /// <summary>The files of variables that the user named, absolute.</summary>
    public IReadOnlyList<string> EnvironmentFiles => [.. _envFiles.Values.Select(Path.GetFullPath)];

    /// <summary>How many requests are under way at once; 0 for any number.</summary>
    public int Parallelism
    {
        get
        {
            long limit = _parallel.Changed ? _parallel.Value : Environment.GetEnvironmentVariable("COMPOSE_PARALLEL_LIMIT") is { Length: > 0 } text ? FlagValues.Int64(text) : -1;
            return limit switch
            {
                0 => throw new ExitException(1, "--parallel: 0 is neither a number of requests nor -1, which is any number"),
                < 0 => 0,
                _ => (int)Math.Min(limit, int.MaxValue),
            };
        }
    }

    /// <summary>What is to be loaded.</summary>
    /// <exception cref="ExitException">The flags contradict what there is.</exception>
    public ComposeRequest Request(IReadOnlyList<string> services)
    {
        if (_compatibility.Value || IsSet("COMPOSE_COMPATIBILITY"))
        {
            throw new ExitException(1, "--compatibility: containers named with underscores are not made by quai compose");
        }

        return new()
        {
            CurrentDirectory = Directory.GetCurrentDirectory(),
            Environment = EnvironmentVariables(),
            Files = _files.Values,
            EnvFiles = _envFiles.Values,
            Profiles = _profiles.Values,
            ProjectDirectory = _directory.Value.Length > 0 ? _directory.Value : null,
            ProjectName = _name.Value.Length > 0 ? _name.Value : null,
            Services = services,
            LeavesOutUnused = !_allResources.Value,
        };
    }

    /// <summary>How progress is shown.</summary>
    /// <exception cref="ExitException">There is no such way.</exception>
    public ProgressMode Progress(Output output)
    {
        string asked = _progress.Value.Length > 0 ? _progress.Value : Environment.GetEnvironmentVariable("COMPOSE_PROGRESS") ?? "";
        return asked switch
        {
            "tty" => ProgressMode.Terminal,
            "plain" => ProgressMode.Plain,
            "json" => ProgressMode.Json,
            "quiet" or "none" => ProgressMode.Quiet,
            "" or "auto" => Ansi switch
            {
                "never" => ProgressMode.Plain,
                _ => output.IsTerminal && !IsSet("NO_COLOR") ? ProgressMode.Terminal : ProgressMode.Plain,
            },
            _ => throw new ExitException(1, $"unsupported --progress value \"{asked}\""),
        };
    }

    /// <summary>Whether output is coloured.</summary>
    public bool HasColours(Output output) => Ansi switch
    {
        "never" => false,
        "always" => true,
        _ => output.IsTerminal && !IsSet("NO_COLOR"),
    };

    /// <summary>Whether a variable is set to true.</summary>
    internal static bool IsSet(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } text && text is not ("0" or "false" or "False" or "FALSE" or "f" or "F");

    private string Ansi => (_ansi.Changed ? _ansi.Value : Environment.GetEnvironmentVariable("COMPOSE_ANSI") is { Length: > 0 } set ? set : "auto") switch
    {
        var known and ("never" or "always" or "auto") => known,
        var other => throw new ExitException(1, $"invalid value for --ansi: \"{other}\": never, always and auto are known"),
    };

    private static Dictionary<string, string> EnvironmentVariables()
    {
        Dictionary<string, string> variables = [];
        foreach (System.Collections.DictionaryEntry entry in Environment.GetEnvironmentVariables())
        {
            variables[(string)entry.Key] = (string?)entry.Value ?? "";
        }

        return variables;
    }
}

using System.Text;
using Quai.Cli.CommandLine;
using Quai.Compose.Model;
using Quai.Compose.Model.Building;
using Quai.Dockerfiles.Ignoring;
using Quai.Errors;

namespace Quai.Cli.Compose.Watching;

/// <summary>A rule of a service's <c>develop.watch</c>, as paths are held against it.</summary>
internal sealed class WatchedRule
{
    // What editors and version control keep beside the files that they work on.
    private static readonly string[] s_passing =
    [
        "**/.git", "**/4913", "**/*~", "**/.*.swp", "**/.*.swx", "**/.*.swo", "**/.*.swn", "**/.#*", "**/#*#", "**/.*.kate-swp", "**/*___jb_tmp___", "**/*___jb_old___", "**/.idea", "**/.goutputstream-*",
    ];

    private readonly IgnoreRules _passing, _ignored;
    private readonly IgnoreRules? _included, _contextIgnored;
    private readonly string _context = "";
    private readonly bool _isFolder;

    /// <summary>Reads a rule, and the <c>.dockerignore</c> of the service's build context.</summary>
    /// <param name="service">The service.</param>
    /// <param name="rule">Its rule.</param>
    /// <exception cref="ExitException">A pattern is malformed.</exception>
    public WatchedRule(ComposeService service, WatchRule rule)
    {
        Service = service.Name;
        Rule = rule;
        Path = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(rule.Path));
        _isFolder = Directory.Exists(Path);
        try
        {
            _passing = new IgnoreRules(s_passing);
            _ignored = Rules(rule.Ignore);
            _included = rule.Include.Count > 0 ? Rules(rule.Include) : null;
            if (service.Build is { Context.Length: > 0 } build && File.Exists(System.IO.Path.Combine(build.Context, ".dockerignore")))
            {
                _context = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(build.Context));
                _contextIgnored = new IgnoreRules(IgnoreFile.Read(File.ReadAllBytes(System.IO.Path.Combine(_context, ".dockerignore"))));
            }
        }
        catch (QuaiException e)
        {
            throw new ExitException(1, $"service \"{service.Name}\": develop.watch: the patterns for {rule.Path}: {e.Message}");
        }
    }

    /// <summary>The service's name.</summary>
    public string Service { get; }

    /// <summary>What the file says.</summary>
    public WatchRule Rule { get; }

    /// <summary>The file or folder that is watched, absolute.</summary>
    public string Path { get; }

    /// <summary>Whether changed files are copied into containers.</summary>
    public bool Copies => Rule.Action is "sync" or "sync+restart" or "sync+exec";

    /// <summary>What a path is to the rule; null if the rule is not about it.</summary>
    /// <param name="path">The path, absolute.</param>
    public WatchedFile? Of(string path)
    {
        // A folder that has itself gone, as it does when another is put in its place, takes nothing with it but what was in it.
        if (Below(Path, path) is not { } relative
            || (relative.Length == 0 && _isFolder && !System.IO.Path.Exists(Path))
            || (_included is not null && !_included.Ignores(relative))
            || _passing.Ignores(path.TrimStart('/'))
            || (relative.Length > 0 && _ignored.Ignores(relative))
            || (_contextIgnored is not null && Below(_context, path) is { Length: > 0 } inContext && _contextIgnored.Ignores(inContext)))
        {
            return null;
        }

        return new(path, Rule.Target.Length == 0 ? "" : SlashPaths.Clean($"/{Rule.Target}/{relative}"), relative.Length == 0);
    }

    /// <summary>Everything beneath the rule's path that it is about, folders before what is in them.</summary>
    public IEnumerable<WatchedFile> All() => WatchedTree.Of(Path).Select(Of).OfType<WatchedFile>();

    private static IgnoreRules Rules(IReadOnlyList<string> patterns) => new(IgnoreFile.Read(Encoding.UTF8.GetBytes(string.Join('\n', patterns))));

    /// <summary>A path's way from a folder, empty for the folder itself; null if it is not in it.</summary>
    private static string? Below(string folder, string path) =>
        path == folder ? "" : path.StartsWith(folder == "/" ? folder : folder + "/", StringComparison.Ordinal) ? path[(folder == "/" ? 1 : folder.Length + 1)..] : null;
}

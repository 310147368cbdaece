using System.Text;
using Quai.Cli.Builds;
using Quai.Cli.Builds.Bake;
using Quai.Cli.Builds.Builders;
using Quai.Cli.Builds.Cache;
using Quai.Cli.Builds.Histories;
using Quai.Cli.Compose;
using Quai.Cli.Containers;
using Quai.Cli.Containers.Files;
using Quai.Cli.Containers.Views;
using Quai.Cli.Host;
using Quai.Cli.Images;
using Quai.Cli.Manifests;
using Quai.Cli.Networks;
using Quai.Cli.Networks.Graph;
using Quai.Cli.Objects;
using Quai.Cli.Registries;
using Quai.Cli.Trust;
using Quai.Cli.Volumes;
using Quai.CommandLine;

namespace Quai.Cli.CommandLine;

/// <summary>All commands by their words, and the mapping from a command line to one of them.</summary>
internal static class CommandTree
{
    private const string Brief = "Run 'quai --help' for more information";

    private static readonly Dictionary<string, string> Groups = new(StringComparer.Ordinal)
    {
        ["builder"] = "Manage the builder", ["buildx"] = "Build, and manage builders", ["buildx history"] = "Builds that are recorded", ["container"] = "Manage containers", ["image"] = "Manage images", ["imagetools"] = "Manifest lists in registries",
        ["manifest"] = "Make and push manifest lists", ["network"] = "Manage networks", ["trust"] = "Signatures of images",
        ["system"] = "Manage Quai", ["volume"] = "Manage volumes",
    };

    private static readonly string[] Common = ["run", "exec", "ps", "build", "pull", "push", "images", "login", "logout", "search", "version", "info"];

    /// <summary>One command: the words of each way to select it, the canonical one first, and how it is created.</summary>
    private static readonly (string[] Paths, Func<string, Command> Make)[] Commands =
    [
        (["run", "container run"], p => new Run(p)),
        (["exec", "container exec"], p => new Exec(p)),
        (["create", "container create"], p => new CreateCommand(p)),
        (["start", "container start"], p => new Start(p)),
        (["stop", "container stop"], p => new StopOrRestart(p, "stop")),
        (["restart", "container restart"], p => new StopOrRestart(p, "restart")),
        (["kill", "container kill"], p => new Kill(p)),
        (["rm", "container rm", "container remove"], p => new Remove(p)),
        (["ps", "container ls", "container list", "container ps"], p => new List(p)),
        (["logs", "container logs"], p => new Logs(p)),
        (["attach", "container attach"], p => new Attach(p)),
        (["wait", "container wait"], p => new Wait(p)),
        (["rename", "container rename"], p => new Rename(p)),
        (["pause", "container pause"], p => new PauseOrUnpause(p, "pause")),
        (["unpause", "container unpause"], p => new PauseOrUnpause(p, "unpause")),
        (["top", "container top"], p => new Top(p)),
        (["stats", "container stats"], p => new Stats(p)),
        (["port", "container port"], p => new Port(p)),
        (["diff", "container diff"], p => new Diff(p)),
        (["export", "container export"], p => new Export(p)),
        (["commit", "container commit"], p => new Commit(p)),
        (["why", "container why"], p => new Containers.Explaining.Why(p)),
        (["update", "container update"], p => new Update(p)),
        (["cp", "container cp"], p => new Copy(p)),
        (["container inspect"], p => new Inspect(p, "container")),
        (["container prune"], p => new Prune(p, "container")),
        (["build", "image build", "builder build", "buildx build", "buildx b"], p => new BuildCommand(p)),
        (["buildx prune", "builder prune"], p => new CachePruning(p)),
        (["buildx du"], p => new CacheUsage(p)),
        (["buildx history ls"], p => new ListHistory(p)),
        (["buildx history inspect"], p => new InspectHistory(p)),
        (["buildx history logs"], p => new HistoryLogs(p)),
        (["buildx history rm"], p => new RemoveHistory(p)),
        (["buildx history export"], p => new ExportHistory(p)),
        (["buildx history import"], p => new ImportHistory(p)),
        (["buildx history open"], p => new OpenHistory(p)),
        (["buildx history trace"], p => new TraceHistory(p)),
        (["buildx ls"], p => new ListBuilders(p)),
        (["buildx inspect"], p => new InspectBuilder(p)),
        (["buildx create"], p => new CreateBuilder(p)),
        (["buildx use"], p => new UseBuilder(p)),
        (["buildx rm"], p => new RemoveBuilder(p)),
        (["buildx version"], p => new BuilderVersion(p)),
        (["images", "image ls", "image list"], p => new ListImages(p)),
        (["rmi", "image rm", "image remove"], p => new RemoveImage(p)),
        (["tag", "image tag"], p => new Tag(p)),
        (["pull", "image pull"], p => new Pull(p)),
        (["push", "image push"], p => new Push(p)),
        (["login"], p => new Login(p)),
        (["logout"], p => new Logout(p)),
        (["search"], p => new Search(p)),
        (["load", "image load"], p => new Load(p)),
        (["save", "image save"], p => new Save(p)),
        (["import", "image import"], p => new Import(p)),
        (["history", "image history"], p => new History(p)),
        (["image inspect"], p => new Inspect(p, "image")),
        (["image prune"], p => new Prune(p, "image")),
        (["image verify"], p => new Verify(p)),
        (["inspect"], p => new Inspect(p, null)),
        (["volume create"], p => new CreateVolume(p)),
        (["volume ls", "volume list"], p => new ListVolumes(p)),
        (["volume rm", "volume remove"], p => new RemoveVolume(p)),
        (["volume inspect"], p => new Inspect(p, "volume")),
        (["volume export"], p => new ExportVolume(p)),
        (["volume import"], p => new ImportVolume(p)),
        (["volume clone"], p => new CloneVolume(p)),
        (["volume snapshot"], p => new SnapshotVolume(p)),
        (["volume update"], p => new UpdateVolume(p)),
        (["volume prune"], p => new Prune(p, "volume")),
        (["network create"], p => new CreateNetwork(p)),
        (["network ls", "network list"], p => new ListNetworks(p)),
        (["network rm", "network remove"], p => new RemoveNetwork(p)),
        (["network inspect"], p => new Inspect(p, "network")),
        (["network graph"], p => new GraphNetworks(p)),
        (["network connect"], p => new ConnectNetwork(p)),
        (["network disconnect"], p => new DisconnectNetwork(p)),
        (["network prune"], p => new Prune(p, "network")),
        (["events", "system events"], p => new Events(p)),
        (["info", "system info"], p => new Info(p)),
        (["version"], p => new VersionCommand(p)),
        (["system df"], p => new DiskUsage(p)),
        (["system prune"], p => new Prune(p, "system")),
        (["manifest create"], p => new CreateManifest(p)),
        (["manifest annotate"], p => new AnnotateManifest(p)),
        (["manifest inspect"], p => new InspectManifest(p)),
        (["manifest push"], p => new PushManifest(p)),
        (["manifest rm"], p => new RemoveManifest(p)),
        (["imagetools inspect"], p => new InspectRemote(p)),
        (["imagetools create"], p => new CreateRemote(p)),
        (["bake", "buildx bake", "buildx f"], p => new BakeCommand(p)),
        (["compose"], p => new ComposeCommand(p)),
        (["trust generate-key"], p => new GenerateKey(p)),
        (["trust sign"], p => new Sign(p)),
        (["trust verify"], p => new VerifySignature(p)),
        (["trust inspect"], p => new InspectSignatures(p)),
    ];

    /// <summary>Runs a command line.</summary>
    /// <returns>The exit code.</returns>
    public static int Run(string[] words)
    {
        var globals = new GlobalOptions();
        List<string> rest;
        try
        {
            rest = globals.Flags.Parse(words, interspersed: false);
        }
        catch (FlagException error)
        {
            throw new ExitException(125, $"{FlagWords.Of(error)}\n\nUsage:  quai [OPTIONS] COMMAND [ARG...]\n\n{Brief}");
        }

        Session session = globals.Open();
        if (globals.Version.Value)
        {
            session.Out.WriteLine($"Quai version {ClientVersion.Number}");
            return 0;
        }

        if (rest.Count == 0 || globals.Help.Value)
        {
            (globals.Help.Value ? session.Out : session.Error).Write(Overview(globals));
            return 0;
        }

        return rest[0] == "help" ? ShowHelp(session, globals, rest[1..]) : Dispatch(session, rest);
    }

    private static int Dispatch(Session session, List<string> words)
    {
        string path = words[0];
        List<string> rest = words[1..];
        string? group = null;
        while (Groups.ContainsKey(path))
        {
            group = path;
            rest = AfterGroup(group, rest, out bool help);
            if (help || rest.Count == 0)
            {
                (help ? session.Out : session.Error).Write(GroupHelp(group));
                return 0;
            }

            path += " " + rest[0];
            rest = rest[1..];
        }

        (string[]? paths, Func<string, Command>? make) = Find(path);
        if (paths is null)
        {
            throw new ExitException(1, group is not null
                ? $"quai: unknown command: quai {path}\n\nUsage:  quai {group}\n\nRun 'quai {group} --help' for more information"
                : $"quai: unknown command: quai {path}\n\n{Brief}");
        }

        return Execute(session, make!(Proper(paths, path)), paths, rest);
    }

    /// <summary>Reads the options between a group's name and its command's, of which <c>--help</c> is the only one.</summary>
    private static List<string> AfterGroup(string group, List<string> words, out bool help)
    {
        var flags = new FlagSet();
        Flag<bool> asked = flags.AddHelp(hidden: true);
        try
        {
            List<string> rest = flags.Parse(words, interspersed: false);
            help = asked.Value;
            return rest;
        }
        catch (FlagException error)
        {
            throw new ExitException(125, $"{FlagWords.Of(error)}\n\nUsage:  quai {group} COMMAND\n\nRun 'quai {group} --help' for more information");
        }
    }

    /// <summary>An alias is shown by its canonical name in the same group.</summary>
    private static string Proper(string[] paths, string path) => path is "container list" or "container ps" or "container remove" or "image list"
        or "image remove" or "volume list" or "volume remove" or "network list" or "network remove"
        ? paths.First(p => p.StartsWith(path[..path.IndexOf(' ', StringComparison.Ordinal)], StringComparison.Ordinal))
        : path;

    /// <summary>Reads a command's flags and runs it.</summary>
    /// <param name="session">Daemon, output and settings.</param>
    /// <param name="command">The command.</param>
    /// <param name="paths">The words that select it.</param>
    /// <param name="words">Its flags and arguments.</param>
    /// <param name="wrongFlag">The exit code for a flag that it does not have.</param>
    internal static int Execute(Session session, Command command, string[] paths, List<string> words, int wrongFlag = 125)
    {
        Flag<bool> help = command.Flags.AddHelp(hidden: !command.OptionsEndAtFirstArgument);
        List<string> arguments;
        try
        {
            arguments = command.Flags.Parse(words, !command.OptionsEndAtFirstArgument);
        }
        catch (FlagException error)
        {
            throw new ExitException(wrongFlag, $"{FlagWords.Of(error)}\n\nUsage:  {Help.UsageLine(command)}\n\nRun 'quai {command.Words} --help' for more information");
        }

        if (help.Value)
        {
            session.Out.Write(Help.For(command, paths));
            return 0;
        }

        ArgumentCount count = command.Arguments;
        if (arguments.Count < count.Minimum || arguments.Count > count.Maximum)
        {
            throw new ExitException(1, Help.WrongCount(command));
        }

        return command.Execute(session, arguments);
    }

    private static (string[]? Paths, Func<string, Command>? Make) Find(string path)
    {
        foreach ((string[] paths, Func<string, Command> make) in Commands)
        {
            if (Array.IndexOf(paths, path) >= 0)
            {
                return (paths, make);
            }
        }

        return default;
    }

    private static int ShowHelp(Session session, GlobalOptions globals, List<string> topic)
    {
        if (topic.Count == 0)
        {
            session.Out.Write(Overview(globals));
            return 0;
        }

        string path = string.Join(' ', topic);
        if (Groups.ContainsKey(path))
        {
            session.Out.Write(GroupHelp(path));
            return 0;
        }

        (string[]? paths, Func<string, Command>? make) = Find(path);
        if (paths is null)
        {
            throw new ExitException(1, $"unknown help topic: {path}");
        }

        Command command = make!(path);
        command.Flags.AddHelp(hidden: false);
        session.Out.Write(Help.For(command, paths));
        return 0;
    }

    private static string GroupHelp(string group)
    {
        var text = new StringBuilder($"Usage:  quai {group} COMMAND\n\n{Groups[group]}\n\nCommands:\n");
        var entries = new List<(string, string)>();
        foreach ((string[] paths, Func<string, Command> make) in Commands)
        {
            string? path = paths.FirstOrDefault(p => p.StartsWith(group + " ", StringComparison.Ordinal));
            if (path is not null)
            {
                entries.Add((path[(group.Length + 1)..], make(path).Summary));
            }
        }

        Help.List(text, [.. entries.OrderBy(e => e.Item1, StringComparer.Ordinal)]);
        return text.Append($"\nRun 'quai {group} COMMAND --help' for more information on a command.\n").ToString();
    }

    private static string Overview(GlobalOptions globals)
    {
        var text = new StringBuilder("Usage:  quai [OPTIONS] COMMAND\n\nRuns containers\n\nCommon Commands:\n");
        Help.List(text, [.. Common.Select(c => (c, Find(c).Make!(c).Summary))]);
        text.Append("\nManagement Commands:\n");
        Help.List(text, [.. Groups.Select(g => (g.Key, g.Value))]);
        text.Append("\nCommands:\n");
        Help.List(text, [.. Commands.Where(c => !c.Paths[0].Contains(' ', StringComparison.Ordinal) && !Common.Contains(c.Paths[0]))
            .OrderBy(c => c.Paths[0], StringComparer.Ordinal).Select(c => (c.Paths[0], c.Make(c.Paths[0]).Summary))]);
        text.Append("\nGlobal Options:\n").Append(Help.Options(globals.Flags));
        return text.Append("\nRun 'quai COMMAND --help' for more information on a command.\n").ToString();
    }
}

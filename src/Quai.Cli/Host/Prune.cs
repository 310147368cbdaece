using System.Text;
using Quai.Api.Containers;
using Quai.Api.Images;
using Quai.Api.Volumes;
using Quai.Cli.CommandLine;
using Quai.Cli.Formatting;
using Quai.Cli.Http;

namespace Quai.Cli.Host;

/// <summary><c>prune</c> for containers, images, networks, volumes and all of them.</summary>
internal sealed class Prune : Command
{
    private readonly string _kind;
    private readonly Flag<bool>? _all;
    private readonly ListFlag<KeyValuePair<string, string>> _filters;
    private readonly Flag<bool> _force;
    private readonly Flag<bool>? _volumes;

    /// <summary>Creates the command.</summary>
    /// <param name="path">The words that select it.</param>
    /// <param name="kind">container, image, network, volume or system.</param>
    public Prune(string path, string kind)
        : base(path)
    {
        _kind = kind;
        if (kind is not ("container" or "network"))
        {
            _all = Flags.Bool("all", 'a', kind == "volume" ? "Remove named ones, too" : "Remove all unused images, not only those without a name");
        }

        _filters = Flags.Filters('\0', "Remove only those that match");
        _force = Flags.Bool("force", 'f', "Do not ask");
        if (kind == "system")
        {
            _volumes = Flags.Bool("volumes", '\0', "Remove anonymous volumes, too");
        }
    }

    public override string Usage => "[OPTIONS]";

    public override string Summary => _kind switch
    {
        "container" => "Remove all stopped containers",
        "image" => "Remove unused images",
        "network" => "Remove all unused networks",
        "volume" => "Remove unused volumes",
        _ => "Remove everything unused",
    };

    public override ArgumentCount Arguments => ArgumentCount.None;

    private bool All => _all?.Value == true;

    public override int Execute(Session session, List<string> arguments)
    {
        if (_kind == "volume" && All && _filters.Values.Any(f => f.Key == "all"))
        {
            throw new ExitException(1, "conflicting options: cannot specify both --all and --filter all=1");
        }

        if (_volumes?.Value == true && _filters.Values.Any(f => f.Key == "until"))
        {
            throw new ExitException(1, "ERROR: The \"until\" filter is not supported with \"--volumes\"");
        }

        if (!_force.Value)
        {
            session.Confirm(Warning() + "\nAre you sure you want to continue?");
        }

        if (_kind == "network")
        {
            session.Out.Write(Networks(session).Text is { Length: > 0 } deleted ? deleted + "\n" : "");
            return 0;
        }

        string text;
        long space;
        switch (_kind)
        {
            case "container":
                (text, space) = Containers(session);
                break;
            case "image":
                (text, space) = Images(session, All);
                break;
            case "volume":
                (text, space) = Volumes(session, All);
                break;
            default:
                (text, space) = Everything(session);
                break;
        }

        session.Out.Write(text + (text.Length > 0 ? "\n" : "") + $"Total reclaimed space: {Units.Size(space)}\n");
        return 0;
    }

    private string Warning() => _kind switch
    {
        "container" => "WARNING! This will remove all stopped containers.",
        "image" => All ? "WARNING! This will remove all images without at least one container associated to them." : "WARNING! This will remove all dangling images.",
        "network" => "WARNING! This will remove all custom networks not used by at least one container.",
        "volume" => All ? "WARNING! This will remove all local volumes not used by at least one container." : "WARNING! This will remove anonymous local volumes not used by at least one container.",
        _ => SystemWarning(),
    };

    private string SystemWarning()
    {
        var text = new StringBuilder("WARNING! This will remove:\n  - all stopped containers\n  - all networks not used by at least one container\n");
        text.Append(_volumes!.Value ? "  - all anonymous volumes not used by at least one container\n" : "");
        text.Append(All ? "  - all images without at least one container associated to them\n  - all build cache\n" : "  - all dangling images\n  - unused build cache\n");
        if (_filters.Values.Count > 0)
        {
            text.Append("\n  Items to be pruned will be filtered with:\n");
            foreach ((string name, string value) in _filters.Values)
            {
                text.Append("  - ").Append(name).Append('=').Append(value).Append('\n');
            }
        }

        return text.ToString();
    }

    private static (string Text, long Space) Section(string title, List<string>? names, long space) =>
        (names is not { Count: > 0 } ? "" : $"{title}:\n{string.Join('\n', names)}\n", space);

    private (string Text, long Space) Containers(Session session)
    {
        ContainersPruneResponse report = session.Engine.Containers.PruneAsync(_filters.Values).Await();
        return Section("Deleted Containers", report.ContainersDeleted, report.SpaceReclaimed);
    }

    private (string Text, long Space) Networks(Session session) => Section("Deleted Networks", session.Engine.Networks.PruneAsync(_filters.Values).Await().NetworksDeleted, 0);

    private (string Text, long Space) Volumes(Session session, bool all)
    {
        VolumesPruneResponse report = session.Engine.Volumes.PruneAsync(all ? [.. _filters.Values, new("all", "true")] : _filters.Values).Await();
        return Section("Deleted Volumes", report.VolumesDeleted, report.SpaceReclaimed);
    }

    private (string Text, long Space) Images(Session session, bool all)
    {
        ImagesPruneResponse report = session.Engine.Images.PruneAsync([.. _filters.Values, new("dangling", all ? "false" : "true")]).Await();
        var text = new StringBuilder();
        foreach (ImageDeleteItem image in report.ImagesDeleted ?? [])
        {
            text.Append(image.Untagged is { Length: > 0 } name ? "untagged: " + name : "deleted: " + image.Deleted).Append('\n');
        }

        return (text.Length == 0 ? "" : "Deleted Images:\n" + text, report.SpaceReclaimed);
    }

    private (string Text, long Space) Everything(Session session)
    {
        var sections = new List<(string Text, long Space)> { Containers(session), Networks(session) };
        if (_volumes!.Value)
        {
            sections.Add(Volumes(session, all: false));
        }

        sections.Add(Images(session, All));
        return (string.Join('\n', sections.Select(s => s.Text).Where(t => t.Length > 0)), sections.Sum(s => s.Space));
    }
}

using Quai.Cli.CommandLine;
using Quai.Cli.Http;
using Quai.Cli.Images;
using Quai.Cli.Networks.Graph;
using Quai.Cli.Objects.Types;
using Quai.Client;

namespace Quai.Cli.Objects;

/// <summary><c>quai inspect</c>, and <c>inspect</c> of each group.</summary>
internal sealed class Inspect : Command
{
    private static readonly string[] Kinds = ["container", "image", "network", "volume"];

    private readonly Flag<string> _format;
    private readonly Flag<bool>? _size;
    private readonly Flag<string>? _platform;
    private readonly Flag<string>? _type;
    private readonly Flag<bool>? _verbose;
    private readonly Flag<bool>? _topology;
    private readonly string? _kind;

    /// <summary>Creates the command.</summary>
    /// <param name="path">The words that select it.</param>
    /// <param name="kind">The only kind of object that it shows; null for any.</param>
    public Inspect(string path, string? kind)
        : base(path)
    {
        _kind = kind;
        _format = Flags.String("format", 'f', "Format of the output: json or a template");
        if (kind is null or "container")
        {
            _size = Flags.Bool("size", 's', "Show sizes of containers");
        }

        if (kind is null)
        {
            _type = Flags.String("type", '\0', "Look for objects of this type only");
        }

        if (kind == "network")
        {
            _verbose = Flags.Bool("verbose", 'v', "Show more, for diagnosis");
            _topology = Flags.Bool("topology", '\0', "Show which containers reach which instead, and what is open to the world");
        }

        if (kind == "image")
        {
            _platform = Flags.String("platform", '\0', "Show this platform's variant");
        }
    }

    public override string Usage => _kind is null ? "[OPTIONS] NAME|ID [NAME|ID...]" : $"[OPTIONS] {_kind.ToUpperInvariant()} [{_kind.ToUpperInvariant()}...]";

    public override string Summary => _kind is null ? "Show everything about objects" : $"Show everything about one or more {_kind}s";

    public override ArgumentCount Arguments => ArgumentCount.AtLeast(1);

    public override int Execute(Session session, List<string> arguments)
    {
        string? kind = _kind ?? (_type!.Changed ? _type.Value : null);
        if (_type is { Changed: true } && !Kinds.Contains(_type.Value))
        {
            throw new ExitException(1, _type.Value.Length == 0
                ? "type is empty: must be one of \"config\", \"container\", \"image\", \"network\", \"node\", \"plugin\", \"secret\", \"service\", \"task\", \"volume\""
                : $"unknown type: {Quai.Templates.GoText.Quote(_type.Value)}: must be one of \"config\", \"container\", \"image\", \"network\", \"node\", \"plugin\", \"secret\", \"service\", \"task\", \"volume\"");
        }

        if (_topology is { Value: true })
        {
            session.Out.Write(GraphText.ForPeople(GraphNetworks.Read(session, arguments)));
            return 0;
        }

        return Inspection.Run(session, arguments, _format.Value, name => kind is null ? FindAny(session, name) : Find(session, kind, name));
    }

    private Inspection.Found FindAny(Session session, string name)
    {
        foreach (string kind in Kinds)
        {
            try
            {
                return Find(session, kind, name);
            }
            catch (DaemonException error) when (error.Status == 404 || (kind == "image" && error.Status == 400) || error.Reason.Contains("not found", StringComparison.OrdinalIgnoreCase))
            {
                // It may be of the next kind.
            }
        }

        throw new ExitException(1, $"Error: No such object: {name}");
    }

    private Inspection.Found Find(Session session, string kind, string name)
    {
        if (kind == "image" && name.Length == 0)
        {
            throw new ExitException(1, "Error: No such image: ");
        }

        EngineClient engine = session.Engine;
        return kind switch
        {
            "container" => new(ContainerTypes.Container, engine.Containers.InspectDocumentAsync(name, _size?.Value == true).Await()),
            "image" => new(ImageTypes.Image, engine.Images.InspectDocumentAsync(name, Platforms.Parse(_platform?.Value ?? "")).Await()),
            "network" => new(NetworkTypes.Network, engine.Networks.InspectDocumentAsync(name, _verbose?.Value == true).Await()),
            _ => new(VolumeTypes.Volume, engine.Volumes.InspectDocumentAsync(name).Await()),
        };
    }
}

using Quai.Api.Images;
using Quai.Cli.CommandLine;
using Quai.Cli.Formatting;
using Quai.Cli.Http;

namespace Quai.Cli.Images;

/// <summary><c>quai images</c>.</summary>
internal sealed class ListImages : Command
{
    private readonly Flag<bool> _all;
    private readonly Flag<bool> _digests;
    private readonly ListFlag<KeyValuePair<string, string>> _filters;
    private readonly Flag<string> _format;
    private readonly Flag<bool> _full;
    private readonly Flag<bool> _quiet;
    private readonly Flag<bool> _tree;

    public ListImages(string path)
        : base(path)
    {
        _all = Flags.Bool("all", 'a', "Show images between, too");
        _digests = Flags.Bool("digests", '\0', "Show digests");
        _filters = Flags.Filters('f', "Show only those that match");
        _format = Flags.String("format", '\0', "Format of the output: table, json, 'table TEMPLATE' or a template");
        _full = Flags.Bool("no-trunc", '\0', "Cut nothing");
        _quiet = Flags.Bool("quiet", 'q', "Show IDs only");
        _tree = Flags.Bool("tree", '\0', "Show each image with its platforms");
    }

    public override string Usage => "[OPTIONS] [REPOSITORY[:TAG]]";

    public override string Summary => "List images";

    public override ArgumentCount Arguments => ArgumentCount.AtMost(1);

    public override int Execute(Session session, List<string> arguments)
    {
        if (arguments.Count > 0)
        {
            _filters.Values.Add(new("reference", arguments[0]));
        }

        if (_tree.Value)
        {
            foreach (Flag flag in (ReadOnlySpan<Flag>)[_quiet, _full, _digests, _format])
            {
                if (flag.Changed)
                {
                    throw new ExitException(1, $"--{flag.Name} is not yet supported with --tree");
                }
            }

            ImageTree.Print(session, session.Engine.Images.ListAsync(_all.Value, _filters.Values, manifests: true).Await());
            return 0;
        }

        List<ImageSummary> images = session.Engine.Images.ListAsync(_all.Value, _filters.Values).Await();
        string format = session.Format(_format.Value, "imagesFormat", _quiet.Value);
        if (format.Length == 0)
        {
            format = _quiet.Value ? "{{.ID}}"
                : _digests.Value ? "table {{.Repository}}\t{{.Tag}}\t{{.Digest}}\t{{.ID}}\t{{.CreatedSince}}\t{{.Size}}"
                : "table {{.Repository}}\t{{.Tag}}\t{{.ID}}\t{{.CreatedSince}}\t{{.Size}}";
        }

        bool digest = _digests.Value || format.Contains(".Digest", StringComparison.Ordinal) || format == "json";
        new Table(format, ImageRows.Headers).Print(session.Out, images.SelectMany(i => ImageRows.Make(i, !_full.Value, digest, _quiet.Value)));
        return 0;
    }
}

/// <summary>The columns of a list of images.</summary>
internal static class ImageRows
{
    /// <summary>The titles.</summary>
    public static IReadOnlyDictionary<string, string> Headers { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["ID"] = "IMAGE ID", ["Repository"] = "REPOSITORY", ["Tag"] = "TAG", ["Digest"] = "DIGEST", ["CreatedSince"] = "CREATED",
        ["CreatedAt"] = "CREATED AT", ["Size"] = "SIZE", ["Containers"] = "CONTAINERS", ["VirtualSize"] = "SIZE", ["SharedSize"] = "SHARED SIZE",
        ["UniqueSize"] = "UNIQUE SIZE",
    };

    /// <summary>The lines of one image: one for each name.</summary>
    /// <param name="image">The daemon's list entry.</param>
    /// <param name="cut">Whether to shorten ids.</param>
    /// <param name="digests">Whether to show digests, each on a line.</param>
    /// <param name="once">One line, however many names.</param>
    public static IEnumerable<Row> Make(ImageSummary image, bool cut, bool digests, bool once)
    {
        string[] tags = [.. image.RepoTags.Where(t => t != "<none>:<none>")];
        string[] sums = [.. image.RepoDigests.Where(d => d != "<none>@<none>")];
        if (once || (tags.Length == 0 && sums.Length == 0))
        {
            return [Make(image, cut, "<none>", "<none>", "<none>")];
        }

        var rows = new List<Row>();
        var byRepository = sums.Select(ImageReference.Split).GroupBy(d => d.Repository, d => d.Digest).ToDictionary(g => g.Key, g => g.ToList(), StringComparer.Ordinal);
        foreach (IGrouping<string, (string Repository, string Tag, string Digest)> names in tags.Select(ImageReference.Split).GroupBy(t => t.Repository))
        {
            byRepository.Remove(names.Key, out List<string>? known);
            foreach ((string repository, string tag, _) in names)
            {
                rows.AddRange(!digests || known is null
                    ? [Make(image, cut, repository, tag, "<none>")]
                    : known.Select(d => Make(image, cut, repository, tag, d)));
            }
        }

        foreach ((string repository, List<string> left) in byRepository)
        {
            rows.AddRange(digests ? left.Select(d => Make(image, cut, repository, "<none>", d)) : [Make(image, cut, repository, "<none>", "<none>")]);
        }

        return rows;
    }

    private static Row Make(ImageSummary image, bool cut, string repository, string tag, string digest)
    {
        static string known(long number, Func<long, string> show) => number >= 0 ? show(number) : "N/A";
        long size = image.Size;
        return new Row("*formatter.imageContext")
            .With("ID", () => cut ? Units.ShortId(image.Id) : image.Id)
            .With("Repository", () => repository)
            .With("Tag", () => tag)
            .With("Digest", () => digest)
            .With("CreatedSince", () => image.Created <= 0 ? "N/A" : Units.Ago(DateTimeOffset.FromUnixTimeSeconds(image.Created)))
            .With("CreatedAt", () => Units.Moment(DateTimeOffset.FromUnixTimeSeconds(image.Created)))
            .With("Size", () => Units.Size(size))
            .With("Containers", () => known(image.Containers, n => n.ToString()))
            .With("VirtualSize", () => Units.LongSize(size))
            .With("SharedSize", () => known(image.SharedSize, n => Units.LongSize(n)))
            .With("UniqueSize", () => known(image.SharedSize, n => Units.LongSize(size - n)));
    }
}

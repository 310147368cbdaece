using System.Globalization;
using Quai.Api.Images;
using Quai.Cli.CommandLine;
using Quai.Cli.Formatting;
using Quai.Cli.Http;

namespace Quai.Cli.Images;

/// <summary><c>quai history</c>.</summary>
internal sealed class History : Command
{
    private static readonly Dictionary<string, string> Headers = new(StringComparer.Ordinal)
    {
        ["ID"] = "IMAGE", ["CreatedAt"] = "CREATED AT", ["CreatedSince"] = "CREATED", ["CreatedBy"] = "CREATED BY", ["Size"] = "SIZE", ["Comment"] = "COMMENT",
    };

    private readonly Flag<string> _format;
    private readonly Flag<bool> _human;
    private readonly Flag<bool> _full;
    private readonly Flag<string> _platform;
    private readonly Flag<bool> _quiet;

    public History(string path)
        : base(path)
    {
        _format = Flags.String("format", '\0', "Format of the output: table, json, 'table TEMPLATE' or a template");
        _human = Flags.Bool("human", 'H', "Sizes and dates for people", initial: true);
        _full = Flags.Bool("no-trunc", '\0', "Cut nothing");
        _platform = Flags.String("platform", '\0', "Platform of the image");
        _quiet = Flags.Bool("quiet", 'q', "Show IDs only");
    }

    public override string Usage => "[OPTIONS] IMAGE";

    public override string Summary => "Show the history of an image";

    public override ArgumentCount Arguments => ArgumentCount.Exactly(1);

    public override int Execute(Session session, List<string> arguments)
    {
        string format = _format.Value;
        if (format.Length == 0 || format == "table")
        {
            string created = _human.Value ? ".CreatedSince" : ".CreatedAt";
            format = _quiet.Value ? "{{.ID}}" : $"table {{{{.ID}}}}\t{{{{{created}}}}}\t{{{{.CreatedBy}}}}\t{{{{.Size}}}}\t{{{{.Comment}}}}";
        }

        List<ImageHistoryItem> history = session.Engine.Images.HistoryAsync(arguments[0], Platforms.Parse(_platform.Value)).Await();
        new Table(format, Headers).Print(session.Out, history.Select(Make));
        return 0;
    }

    private Row Make(ImageHistoryItem layer)
    {
        DateTimeOffset created = DateTimeOffset.FromUnixTimeSeconds(layer.Created);
        string by = layer.CreatedBy.Replace("\t", " ", StringComparison.Ordinal);
        return new Row("*formatter.historyContext")
            .With("ID", () => _full.Value ? layer.Id : Units.ShortId(layer.Id))
            .With("CreatedAt", () => layer.Created <= 0 ? "" : created.ToLocalTime().ToString(created.ToLocalTime().Offset == TimeSpan.Zero ? "yyyy-MM-dd'T'HH:mm:ss'Z'" : "yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture))
            .With("CreatedSince", () => layer.Created <= 0 ? "N/A" : _human.Value ? Units.Ago(created) : created.ToLocalTime().ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture))
            .With("CreatedBy", () => _full.Value ? by : Units.Ellipsis(by, 45))
            .With("Size", () => _human.Value ? Units.Size(layer.Size) : layer.Size.ToString())
            .With("Comment", () => layer.Comment);
    }
}

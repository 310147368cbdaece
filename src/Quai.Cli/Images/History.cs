using System.Globalization;
using System.Text.Json;
using Quai.Cli.CommandLine;
using Quai.Cli.Formatting;
using Quai.Cli.Http;
using Quai.Client;
using Quai.Client.Transport;

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

        JsonElement history = session.Engine.Transport.Get(new Query($"/images/{Query.Segment(arguments[0])}/history").WithText("platform", Platforms.Json(_platform.Value)).ToString());
        new Table(format, Headers).Print(session.Out, history.Items().Select(Make));
        return 0;
    }

    private Row Make(JsonElement layer)
    {
        DateTimeOffset created = DateTimeOffset.FromUnixTimeSeconds(layer.Number("Created"));
        string by = layer.Text("CreatedBy").Replace("\t", " ", StringComparison.Ordinal);
        return new Row("*formatter.historyContext")
            .With("ID", () => _full.Value ? layer.Text("Id") : Units.ShortId(layer.Text("Id")))
            .With("CreatedAt", () => layer.Number("Created") <= 0 ? "" : created.ToLocalTime().ToString(created.ToLocalTime().Offset == TimeSpan.Zero ? "yyyy-MM-dd'T'HH:mm:ss'Z'" : "yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture))
            .With("CreatedSince", () => layer.Number("Created") <= 0 ? "N/A" : _human.Value ? Units.Ago(created) : created.ToLocalTime().ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture))
            .With("CreatedBy", () => _full.Value ? by : Units.Ellipsis(by, 45))
            .With("Size", () => _human.Value ? Units.Size(layer.Number("Size")) : layer.Number("Size").ToString())
            .With("Comment", () => layer.Text("Comment"));
    }
}

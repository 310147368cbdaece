using System.Globalization;
using Quai.Api.Images;
using Quai.Cli.CommandLine;
using Quai.Cli.Formatting;
using Quai.Cli.Http;
using Quai.Cli.Images;

namespace Quai.Cli.Registries;

/// <summary><c>quai search</c>.</summary>
internal sealed class Search : Command
{
    private const int DescriptionWidth = 45;

    private static readonly Dictionary<string, string> Headers = new(StringComparer.Ordinal)
    {
        ["Name"] = "NAME", ["Description"] = "DESCRIPTION", ["StarCount"] = "STARS", ["IsOfficial"] = "OFFICIAL", ["IsAutomated"] = "AUTOMATED",
    };

    private readonly ListFlag<KeyValuePair<string, string>> _filters;
    private readonly Flag<string> _format;
    private readonly Flag<string> _limit;
    private readonly Flag<bool> _full;

    public Search(string path)
        : base(path)
    {
        _filters = Flags.Filters('f', "Show only those that match");
        _format = Flags.String("format", '\0', "Format of the output: a template");
        _limit = Flags.String("limit", '\0', "Most results");
        _full = Flags.Bool("no-trunc", '\0', "Cut nothing");
    }

    public override string Usage => "[OPTIONS] TERM";

    public override string Summary => "Search a registry for images";

    public override ArgumentCount Arguments => ArgumentCount.Exactly(1);

    public override int Execute(Session session, List<string> arguments)
    {
        List<ImageSearchItem> items = session.Engine.Registries.SearchAsync(arguments[0], _limit.Value, _filters.Values, RegistryCredentials.Find(session, arguments[0])).Await();
        string format = _format.Value.Length > 0 ? _format.Value : "table {{.Name}}\t{{.Description}}\t{{.StarCount}}\t{{.IsOfficial}}";
        new Table(format, Headers).Print(session.Out, items.OrderByDescending(i => i.StarCount).Select(Make));
        return 0;
    }

    private Row Make(ImageSearchItem item) => new Row("*formatter.searchContext")
        .With("Name", () => item.Name)
        .With("Description", () => Cut(item.Description.ReplaceLineEndings(" ")))
        .With("StarCount", () => item.StarCount.ToString(CultureInfo.InvariantCulture))
        .With("IsOfficial", () => item.IsOfficial ? "[OK]" : "")
        .With("IsAutomated", () => item.IsAutomated ? "[OK]" : "");

    private string Cut(string text) => _full.Value || text.Length <= DescriptionWidth ? text : text[..(DescriptionWidth - 1)] + "…";
}

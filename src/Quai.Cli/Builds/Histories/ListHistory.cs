using Quai.BuildClient.Histories;
using Quai.Cli.Builds.Builders;
using Quai.Cli.CommandLine;
using Quai.Cli.Formatting;

namespace Quai.Cli.Builds.Histories;

/// <summary><c>quai buildx history ls</c>.</summary>
internal sealed class ListHistory : HistoryCommand
{
    private const string Columns = "table {{.Ref}}\t{{.Name}}\t{{.Status}}\t{{.CreatedAt}}\t{{.Duration}}";

    private readonly ListFlag<string> _filters;
    private readonly Flag<string> _format;

    public ListHistory(string path)
        : base(path)
    {
        _filters = Flags.List("filter", '\0', "List only those that match (e.g., \"status=error\")", type: "stringArray");
        _format = Flags.String("format", '\0', "Format of the list: table, json or a template", "table");
    }

    public override string Usage => "[OPTIONS]";

    public override string Summary => "List builds that are recorded";

    public override ArgumentCount Arguments => ArgumentCount.None;

    protected override async Task<int> RunAsync(Session session, ChosenBuilder builder, BuildHistory history, List<string> arguments)
    {
        new Table(_format.Value == "table" ? Columns : _format.Value, RecordView.Titles).Print(session.Out, (await history.ListAsync(_filters.Values, CancellationToken.None)).Select(RecordView.Row));
        return 0;
    }
}

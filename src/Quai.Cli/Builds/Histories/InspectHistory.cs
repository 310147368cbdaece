using Quai.BuildClient.Histories;
using Quai.Cli.Builds.Builders;
using Quai.Cli.CommandLine;

namespace Quai.Cli.Builds.Histories;

/// <summary><c>quai buildx history inspect</c>.</summary>
internal sealed class InspectHistory : HistoryCommand
{
    private readonly Flag<string> _format;

    public InspectHistory(string path)
        : base(path) => _format = Flags.String("format", '\0', "Format of the output: pretty or json", "pretty");

    public override string Usage => "[OPTIONS] [BUILD]";

    public override string Summary => "Show what is recorded of a build";

    public override ArgumentCount Arguments => ArgumentCount.AtMost(1);

    protected override async Task<int> RunAsync(Session session, ChosenBuilder builder, BuildHistory history, List<string> arguments)
    {
        BuildRecord record = await FindAsync(history, arguments is [var word] ? word : "");
        session.Out.Write(_format.Value switch
        {
            "pretty" or "" => RecordView.Full(record),
            "json" => RecordView.Json(record) + "\n",
            string other => throw new ExitException(1, $"ERROR: the format \"{other}\" is not available: only pretty and json are"),
        });
        return 0;
    }
}

using Quai.BuildClient.Histories;
using Quai.Cli.Builds.Builders;
using Quai.Cli.Builds.Progress;
using Quai.Cli.CommandLine;

namespace Quai.Cli.Builds.Histories;

/// <summary><c>quai buildx history logs</c>.</summary>
internal sealed class HistoryLogs : HistoryCommand
{
    private readonly Flag<string> _progress;

    public HistoryLogs(string path)
        : base(path) => _progress = Flags.String("progress", '\0', "How it is shown: plain, rawjson or tty", "plain");

    public override string Usage => "[OPTIONS] [BUILD]";

    public override string Summary => "Print what a build printed";

    public override ArgumentCount Arguments => ArgumentCount.AtMost(1);

    protected override async Task<int> RunAsync(Session session, ChosenBuilder builder, BuildHistory history, List<string> arguments)
    {
        BuildRecord record = await FindAsync(history, arguments is [var word] ? word : "");
        using IBuildDisplay display = BuildDisplays.Create(session, _progress.Value, builder.Name, builder.Driver, expands: false);
        await history.ReplayAsync(record.Id, display, CancellationToken.None);
        display.Finish(succeeded: false);
        return 0;
    }
}

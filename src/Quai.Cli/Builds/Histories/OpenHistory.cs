using Quai.BuildClient.Histories;
using Quai.Cli.Builds.Builders;
using Quai.Cli.CommandLine;

namespace Quai.Cli.Builds.Histories;

/// <summary><c>quai buildx history open</c>.</summary>
internal sealed class OpenHistory(string path) : HistoryCommand(path)
{
    public override string Usage => "[OPTIONS] [BUILD]";

    public override string Summary => "Show a build in Docker Desktop";

    public override ArgumentCount Arguments => ArgumentCount.AtMost(1);

    protected override async Task<int> RunAsync(Session session, ChosenBuilder builder, BuildHistory history, List<string> arguments)
    {
        BuildRecord record = await FindAsync(history, arguments is [var word] ? word : "");

        // A builder has one node, which has its name.
        string address = DesktopBuilds.AddressOf($"{builder.Name}/{builder.Name}/{record.Id}");
        return Browser.Open(address) is { } failure ? throw new ExitException(1, $"ERROR: {failure}: {address} is not opened") : 0;
    }
}

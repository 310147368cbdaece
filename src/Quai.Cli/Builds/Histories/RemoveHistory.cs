using Quai.BuildClient.Histories;
using Quai.Cli.Builds.Builders;
using Quai.Cli.CommandLine;

namespace Quai.Cli.Builds.Histories;

/// <summary><c>quai buildx history rm</c>.</summary>
internal sealed class RemoveHistory : HistoryCommand
{
    private readonly Flag<bool> _all;

    public RemoveHistory(string path)
        : base(path) => _all = Flags.Bool("all", '\0', "Remove all of them");

    public override string Usage => "[OPTIONS] [BUILD...]";

    public override string Summary => "Forget builds that are recorded";

    public override ArgumentCount Arguments => ArgumentCount.AtLeast(0);

    protected override async Task<int> RunAsync(Session session, ChosenBuilder builder, BuildHistory history, List<string> arguments)
    {
        if (_all.Value == (arguments.Count > 0))
        {
            throw new ExitException(1, _all.Value ? "ERROR: --all cannot be used with names of builds" : "ERROR: name a build, or give --all");
        }

        IReadOnlyList<BuildRecord> records = await history.ListAsync([], CancellationToken.None);
        foreach (string id in _all.Value ? records.Where(r => r.CompletedAt is not null).Select(r => r.Id) : arguments.Select(a => a.Split('/')[^1]))
        {
            await history.RemoveAsync(id, CancellationToken.None);
        }

        return 0;
    }
}

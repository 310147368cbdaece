using System.Net;
using Quai.BuildClient.Histories;
using Quai.Cli.Builds.Builders;
using Quai.Cli.CommandLine;
using Quai.Errors;

namespace Quai.Cli.Builds.Histories;

/// <summary><c>quai buildx history trace</c>: serves a page that shows how a build's time was spent, until it is interrupted.</summary>
internal sealed class TraceHistory : HistoryCommand
{
    private readonly Flag<string> _address;
    private readonly Flag<string> _compared;

    public TraceHistory(string path)
        : base(path)
    {
        _address = Flags.String("addr", '\0', "Where the page is served", "127.0.0.1:0");
        _compared = Flags.String("compare", '\0', "Another build, to compare with");
    }

    public override string Usage => "[OPTIONS] [BUILD]";

    public override string Summary => "Show how a build's time was spent";

    public override ArgumentCount Arguments => ArgumentCount.AtMost(1);

    protected override async Task<int> RunAsync(Session session, ChosenBuilder builder, BuildHistory history, List<string> arguments)
    {
        if (!IPEndPoint.TryParse(_address.Value.StartsWith(':') ? "0.0.0.0" + _address.Value : _address.Value.Replace("localhost:", "127.0.0.1:", StringComparison.Ordinal), out IPEndPoint? place))
        {
            throw new ExitException(1, $"ERROR: invalid value \"{_address.Value}\" for --addr: it is an address and a port, such as 127.0.0.1:0");
        }

        TracedBuild build = await LoadAsync(history, arguments is [var word] ? word : "");
        TracedBuild[] builds = _compared.Value.Length == 0 ? [build] : [await LoadAsync(history, _compared.Value), build];
        using TraceServer server = TraceServer.Listen(place, builds);
        session.Error.WriteLine("Trace available at " + server.Address);
        Task serving = server.ServeAsync();
        if (Browser.Open(server.Address) is { } failure)
        {
            session.Error.WriteLine($"The page is not opened: {failure}");
        }

        await serving;
        return 0;
    }

    private static async Task<TracedBuild> LoadAsync(BuildHistory history, string word)
    {
        BuildRecord record = await FindAsync(history, word);
        if (record.CompletedAt is null)
        {
            throw new ExitException(1, $"ERROR: build {record.Id} is not completed, only completed builds can be traced");
        }

        try
        {
            IReadOnlyList<TraceSpan> spans = await history.TraceAsync(record, CancellationToken.None);
            if (spans.Count == 0)
            {
                // It may be on its way yet.
                await history.FinalizeAsync(record.Id, CancellationToken.None);
                spans = await history.TraceAsync(await FindAsync(history, record.Id), CancellationToken.None);
            }

            return spans.Count > 0 ? new TracedBuild(record, spans) : throw new ExitException(1, $"ERROR: no trace is recorded of build {record.Id}");
        }
        catch (QuaiException e)
        {
            throw new ExitException(1, "ERROR: " + e.Message);
        }
    }
}

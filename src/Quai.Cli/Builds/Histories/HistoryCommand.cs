using System.Globalization;
using Quai.BuildClient.Builders;
using Quai.BuildClient.Histories;
using Quai.Cli.Builds.Builders;
using Quai.Cli.CommandLine;
using Quai.Cli.Http;

namespace Quai.Cli.Builds.Histories;

/// <summary>A command about the builds that a builder has recorded.</summary>
internal abstract class HistoryCommand : Command
{
    private readonly Flag<string> _builder;

    /// <param name="path">The words that select it.</param>
    protected HistoryCommand(string path)
        : base(path) => _builder = Flags.String("builder", '\0', "The builder");

    /// <inheritdoc/>
    public override int Execute(Session session, List<string> arguments)
    {
        try
        {
            return ExecuteAsync(session, KnownBuilders.Choose(session, _builder.Value), arguments).Await();
        }
        catch (BuilderException e)
        {
            throw new ExitException(1, "ERROR: " + e.Message);
        }
    }

    /// <summary>Does it.</summary>
    /// <param name="session">Output.</param>
    /// <param name="builder">The builder's names.</param>
    /// <param name="history">Its builds.</param>
    /// <param name="arguments">What the user names.</param>
    protected abstract Task<int> RunAsync(Session session, ChosenBuilder builder, BuildHistory history, List<string> arguments);

    /// <summary>The record that a word names: an id, <c>^2</c> for the third last, or nothing for the last.</summary>
    /// <exception cref="ExitException">There is none.</exception>
    protected static async Task<BuildRecord> FindAsync(BuildHistory history, string word)
    {
        IReadOnlyList<BuildRecord> records = await history.ListAsync([], CancellationToken.None);
        string id = word.Split('/')[^1];
        int place = 0;
        BuildRecord? found = id.Length == 0 || (id[0] == '^' && int.TryParse(id[1..], NumberStyles.None, CultureInfo.InvariantCulture, out place))
            ? records.Skip(place).FirstOrDefault()
            : records.FirstOrDefault(r => r.Id == id);
        return found ?? throw new ExitException(1, word.Length == 0 ? "ERROR: no records found" : $"ERROR: no record found for ref \"{word}\"");
    }

    private async Task<int> ExecuteAsync(Session session, ChosenBuilder builder, List<string> arguments)
    {
        await using BuilderConnection connection = await BuilderConnection.OpenAsync(builder.Connector, CancellationToken.None);
        return await RunAsync(session, builder, new BuildHistory(connection), arguments);
    }
}

using Quai.BuildClient.Builders;
using Quai.Cli.Http;
using Quai.Client;

namespace Quai.Cli.Builds.Builders;

/// <summary>Whether a builder answers, and what.</summary>
/// <param name="Info">What it says of itself; null where it does not answer.</param>
/// <param name="Error">Why it does not.</param>
internal sealed record BuilderStatus(BuilderInfo? Info, string Error)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    /// <summary>In a word.</summary>
    public string State => Info is null ? "inactive" : "running";

    /// <summary>Asks a builder.</summary>
    public static BuilderStatus Ask(ChosenBuilder builder) => AskAsync(builder).Await();

    private static async Task<BuilderStatus> AskAsync(ChosenBuilder builder)
    {
        using var patience = new CancellationTokenSource(s_patience);
        try
        {
            await using BuilderConnection connection = await BuilderConnection.OpenAsync(builder.Connector, patience.Token);
            return new BuilderStatus(await connection.InfoAsync(patience.Token), "");
        }
        catch (OperationCanceledException)
        {
            return new BuilderStatus(null, $"the builder at {builder.Endpoint} did not answer in time");
        }
        catch (Exception e) when (e is BuilderException or ConnectionException or DaemonException or IOException)
        {
            return new BuilderStatus(null, e.Message);
        }
    }
}

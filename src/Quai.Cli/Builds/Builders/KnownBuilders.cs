using Quai.BuildClient.Builders;
using Quai.Cli.CommandLine;
using Quai.Client.Transport;

namespace Quai.Cli.Builds.Builders;

/// <summary>The daemon's builder, and those that the user has made known.</summary>
internal static class KnownBuilders
{
    /// <summary>The name of the daemon's.</summary>
    public const string Default = "default";

    /// <summary>The builder of a name.</summary>
    /// <param name="session">The daemon, and the settings.</param>
    /// <param name="name">The name; empty for the one that the environment names, or that is in use.</param>
    /// <exception cref="ExitException">There is none.</exception>
    public static ChosenBuilder Choose(Session session, string name)
    {
        BuilderList list = BuilderList.Load(session.ConfigFolder);
        string chosen = name.Length > 0 ? name : Environment.GetEnvironmentVariable("BUILDX_BUILDER") is { Length: > 0 } set ? set : list.Current;
        return chosen.Length == 0 || chosen == Default
            ? OfDaemon(session)
            : list.Builders.FirstOrDefault(b => b.Name == chosen) is { } known ? Remote(known) : throw new ExitException(1, $"ERROR: no builder \"{chosen}\" found");
    }

    /// <summary>All builders, the daemon's first.</summary>
    public static IReadOnlyList<ChosenBuilder> All(Session session) => [OfDaemon(session), .. BuilderList.Load(session.ConfigFolder).Builders.Select(Remote)];

    private static ChosenBuilder OfDaemon(Session session) => new(Default, "docker", Default, new DaemonConnector(session.BuildEngine));

    private static ChosenBuilder Remote(BuilderEntry entry)
    {
        try
        {
            return new(entry.Name, entry.Driver, entry.Endpoint, new RemoteConnector(Endpoint.Parse(entry.Endpoint)));
        }
        catch (FormatException e)
        {
            throw new ExitException(1, $"ERROR: builder \"{entry.Name}\": {e.Message}");
        }
    }
}

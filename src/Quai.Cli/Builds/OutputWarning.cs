using Quai.Cli.Builds.Builders;

namespace Quai.Cli.Builds;

/// <summary>Tells of builds whose results go nowhere: a builder that is no daemon keeps no images.</summary>
internal static class OutputWarning
{
    /// <summary>Tells, where there are such.</summary>
    /// <param name="session">The streams.</param>
    /// <param name="builder">Where they are built.</param>
    /// <param name="builds">The builds by their names; the only one has none.</param>
    public static void Tell(Session session, ChosenBuilder builder, IEnumerable<KeyValuePair<string, BuildOptions>> builds)
    {
        if (builder.Connector.KeepsImages)
        {
            return;
        }

        string[] names = [.. builds.Where(b => b.Value is { Outputs.Count: 0, Load: false, Push: false, Call.Name: "" }).Select(b => b.Key).Order(StringComparer.Ordinal)];
        if (names.Length > 0)
        {
            string which = names is ["" or "default"] ? "" : $" for {string.Join(", ", names)} target(s)";
            session.Error.WriteLine(
                $"WARNING: No output specified{which} with {builder.Driver} driver. Build result will only remain in the build cache. To push result image into registry use --push or to load image into docker use --load");
        }
    }
}

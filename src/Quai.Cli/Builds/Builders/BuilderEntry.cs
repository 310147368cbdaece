namespace Quai.Cli.Builds.Builders;

/// <summary>A builder that the user has made known.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Driver">Its kind.</param>
/// <param name="Endpoint">Where it listens.</param>
internal sealed record BuilderEntry(string Name, string Driver, string Endpoint);

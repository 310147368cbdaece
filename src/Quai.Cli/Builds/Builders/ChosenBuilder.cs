using Quai.BuildClient.Builders;

namespace Quai.Cli.Builds.Builders;

/// <summary>A builder that a command works with.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Driver">Its kind.</param>
/// <param name="Endpoint">Where it is, for people.</param>
/// <param name="Connector">How it is reached.</param>
internal sealed record ChosenBuilder(string Name, string Driver, string Endpoint, IBuilderConnector Connector);

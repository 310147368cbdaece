namespace Quai.BuildClient.Builds;

/// <summary>How a build ended that succeeded.</summary>
/// <param name="Response">What the builder's exporters say, such as <c>containerimage.digest</c>.</param>
/// <param name="Metadata">What the frontend says, such as <c>result.json</c> of a question that is no build.</param>
/// <param name="Link">The result for further builds on the same connection, as long as <see cref="RunningBuild"/> is not disposed of.</param>
public sealed record BuildResult(IReadOnlyDictionary<string, string> Response, IReadOnlyDictionary<string, string> Metadata, LinkedResult Link)
{
    /// <summary>The id of the image that was made; empty for none.</summary>
    public string ImageId => Response.GetValueOrDefault("containerimage.config.digest") ?? Response.GetValueOrDefault("containerimage.digest") ?? "";
}

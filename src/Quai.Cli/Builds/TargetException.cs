using Quai.BuildClient.Builders;

namespace Quai.Cli.Builds;

/// <summary>One of several builds failed.</summary>
/// <param name="target">Its name.</param>
/// <param name="failure">Why.</param>
internal sealed class TargetException(string target, BuilderException failure) : Exception($"target {target}: {failure.Message}", failure)
{
    /// <summary>The build's name.</summary>
    public string Target => target;

    /// <summary>Why it failed.</summary>
    public BuilderException Failure => failure;
}

using Quai.Convergence.Observing;

namespace Quai.Cli.Compose.Following;

/// <summary>What containers are called in logs.</summary>
internal static class LogNames
{
    /// <summary>A container's name without its project's.</summary>
    public static string Of(string projectName, string container) =>
        container.StartsWith(projectName + "-", StringComparison.Ordinal) ? container[(projectName.Length + 1)..] : container;

    /// <summary>A container's name without its project's.</summary>
    public static string Of(string projectName, ObservedContainer container) => Of(projectName, container.Name);
}

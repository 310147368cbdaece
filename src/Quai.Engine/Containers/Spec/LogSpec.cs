using Quai.Engine.Logs.Options;

namespace Quai.Engine.Containers.Spec;

/// <summary>Where a container's output goes.</summary>
/// <param name="Driver">One of <see cref="LogDrivers"/>.</param>
/// <param name="Options">The options as written in the request and the daemon's settings.</param>
public sealed record LogSpec(string Driver, IReadOnlyDictionary<string, string> Options)
{
    /// <summary>Nothing is kept.</summary>
    public static LogSpec Nowhere { get; } = new(LogDrivers.None, new Dictionary<string, string>());

    /// <summary>Whether it is a file that the user knows of.</summary>
    public bool IsShownFile => Driver == LogDrivers.JsonFile;
}

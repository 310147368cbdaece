using Quai.Cli.Compose.Images;
using Quai.Convergence.Planning;

namespace Quai.Cli.Compose.Lifecycle;

/// <summary>How a project is to be brought to what its files describe.</summary>
internal sealed record BringUpRequest
{
    /// <summary>What is planned.</summary>
    public PlanOptions Plan { get; init; } = new();

    /// <summary>What happens to images before; null for nothing.</summary>
    public ImageDemands? Images { get; init; } = new();

    /// <summary>Seconds that containers have to end before they are killed; null for their own.</summary>
    public long? StopTimeout { get; init; }

    /// <summary>How long is waited for services; null for ever.</summary>
    public TimeSpan? WaitTimeout { get; init; }

    /// <summary>Whether containers take over the anonymous volumes of those that they replace.</summary>
    public bool InheritsVolumes { get; init; } = true;

    /// <summary>Whether volumes that are not as the files describe them are made anew without asking.</summary>
    public bool AssumesYes { get; init; }

    /// <summary>Called before a container is started, with its id and name.</summary>
    public Func<string, string, CancellationToken, Task>? BeforeStart { get; init; }
}

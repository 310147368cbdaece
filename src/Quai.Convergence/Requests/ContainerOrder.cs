using Quai.Compose.Model;
using Quai.Convergence.Observing;

namespace Quai.Convergence.Requests;

/// <summary>A container that is to be made.</summary>
/// <param name="Service">Its service, with containers' ids in place of other services' names.</param>
/// <param name="Number">Its number in the service, from one; 0 for one of <c>run</c>.</param>
public sealed record ContainerOrder(ComposeService Service, int Number)
{
    /// <summary>The image; null where the engine does not have it.</summary>
    public ObservedImage? Image { get; init; }

    /// <summary>The container in whose place it is made; null for none.</summary>
    public ObservedContainer? Replaced { get; init; }

    /// <summary>Whether it takes over the anonymous volumes of the container that it replaces.</summary>
    public bool InheritsVolumes { get; init; } = true;

    /// <summary>Links, as <c>CONTAINER:NAME</c>.</summary>
    public IReadOnlyList<string> Links { get; init; } = [];

    /// <summary>Whether it is removed when it ends.</summary>
    public bool IsRemovedAtEnd { get; init; }

    /// <summary>Whether its standard input is attached.</summary>
    public bool AttachesInput { get; init; }

    /// <summary>Whether it is known on its networks by its service's name and aliases.</summary>
    public bool UsesAliases { get; init; } = true;

    /// <summary>Further labels, which go before all others.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();
}

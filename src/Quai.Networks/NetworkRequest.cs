namespace Quai.Networks;

/// <summary>A network to be made.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Driver">Its driver, such as <c>bridge</c>.</param>
public sealed record NetworkRequest(string Name, string Driver)
{
    /// <summary>What it is to be.</summary>
    public NetworkAttributes Attributes { get; init; } = new();

    /// <summary>Driver options by Docker's names (<c>com.docker.network.bridge.name</c>).</summary>
    public IReadOnlyDictionary<string, string> Options { get; init; } = new Dictionary<string, string>();
}

namespace Quai.Networks;

/// <summary>A network to be made.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Driver">Its driver, such as <c>bridge</c>.</param>
public sealed record NetworkRequest(string Name, string Driver)
{
    /// <summary>Its subnets; none for one that the daemon chooses.</summary>
    public IReadOnlyList<NetworkSubnet> Subnets { get; init; } = [];

    /// <summary>Driver options by Docker's names (<c>com.docker.network.bridge.name</c>).</summary>
    public IReadOnlyDictionary<string, string> Options { get; init; } = new Dictionary<string, string>();
}

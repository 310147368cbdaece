namespace Quai.Networks;

/// <summary>A network to be made.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Driver">Its driver, such as <c>bridge</c>.</param>
public sealed record NetworkRequest(string Name, string Driver)
{
    /// <summary>What it is to be.</summary>
    public NetworkAttributes Attributes { get; init; } = new();

    /// <summary>Whether it is to have IPv4; null for what is usual, which is that it has.</summary>
    public bool? EnableIPv4 { get; init; }

    /// <summary>Whether it is to have IPv6; null for what is usual, which is that it has not.</summary>
    public bool? EnableIPv6 { get; init; }

    /// <summary>Driver options by Docker's names (<c>com.docker.network.bridge.name</c>).</summary>
    public IReadOnlyDictionary<string, string> Options { get; init; } = new Dictionary<string, string>();
}

namespace Quai.Convergence.Removal;

/// <summary>What is to be taken down.</summary>
public sealed record RemovalOptions
{
    /// <summary>The services; none for the whole project.</summary>
    public IReadOnlyList<string> Services { get; init; } = [];

    /// <summary>Whether volumes are removed, with their data.</summary>
    public bool Volumes { get; init; }

    /// <summary>Which images are removed: <c>all</c>, <c>local</c> for those without a name of their own, or empty for none.</summary>
    public string Images { get; init; } = "";

    /// <summary>Whether containers of services that the files do not have are removed.</summary>
    public bool Orphans { get; init; }
}

namespace Quai.Build.Attestations.Packages;

/// <summary>A package that was found in a tree.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Version">Its version; empty where it has none.</param>
/// <param name="Url">Its package URL.</param>
/// <param name="Place">The path of what says that it is there.</param>
internal sealed record FoundPackage(string Name, string Version, string Url, string Place)
{
    /// <summary>Its licence, as its maker wrote it; empty for unknown.</summary>
    public string License { get; init; } = "";

    /// <summary>Who maintains it; empty for unknown.</summary>
    public string Maintainer { get; init; } = "";

    /// <summary>Its home page; empty for none.</summary>
    public string HomePage { get; init; } = "";

    /// <summary>What it is, in a line; empty for unknown.</summary>
    public string Summary { get; init; } = "";
}

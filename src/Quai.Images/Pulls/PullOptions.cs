namespace Quai.Images;

/// <summary>How to pull.</summary>
public sealed record PullOptions
{
    /// <summary><c>os/arch[/variant]</c>; null for this machine's.</summary>
    public string? Platform { get; init; }

    /// <summary>Fetches every blob again, including those in the store, and replaces them.</summary>
    public bool NoCache { get; init; }
}

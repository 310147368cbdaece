namespace Quai.Images;

/// <summary>How to pull.</summary>
public sealed record PullOptions
{
    /// <summary><c>os/arch[/variant]</c>; null for this machine's.</summary>
    public string? Platform { get; init; }

    /// <summary>Fetches every blob anew, those in the store too, and puts what came in their place.</summary>
    public bool NoCache { get; init; }
}

namespace Quai.Convergence.Planning;

/// <summary>When containers are made anew.</summary>
public enum RecreatePolicy
{
    /// <summary>Where something has changed.</summary>
    Changed,

    /// <summary>Always.</summary>
    Always,

    /// <summary>Never.</summary>
    Never,
}

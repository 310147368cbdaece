namespace Quai.Build.Attestations.Provenance;

/// <summary>How a frontend was asked for a result.</summary>
/// <param name="Name">The frontend; empty for a graph that no frontend has made.</param>
/// <param name="Attributes">What it was asked.</param>
internal sealed record FrontendUse(string Name, IReadOnlyDictionary<string, string> Attributes)
{
    // What depends on the machine, or on where the result goes.
    private static readonly string[] s_local = ["cgroup-parent", "image-resolve-mode", "platform", "cache-imports"];

    /// <summary>No frontend.</summary>
    public static FrontendUse None { get; } = new("", new Dictionary<string, string>());

    /// <summary>The attributes that are told; addresses without passwords.</summary>
    public Dictionary<string, string> Told() =>
        Attributes.Where(a => !s_local.Contains(a.Key) && !a.Key.StartsWith("attest:", StringComparison.Ordinal))
            .ToDictionary(a => a.Key, a => a.Key.StartsWith("context", StringComparison.Ordinal) ? SafeAddress.Of(a.Value) : a.Value);
}

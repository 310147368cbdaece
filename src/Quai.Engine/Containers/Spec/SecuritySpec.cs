namespace Quai.Engine.Containers.Spec;

/// <summary>What a container may do.</summary>
public sealed record SecuritySpec
{
    /// <summary>Whether it may do what root may on the host.</summary>
    public bool Privileged { get; init; }

    /// <summary>Whether its root file system is not to be written to.</summary>
    public bool ReadonlyRoot { get; init; }

    /// <summary>Capabilities it has beyond the usual ones.</summary>
    public IReadOnlyList<string>? CapAdd { get; init; }

    /// <summary>Usual capabilities that it has not.</summary>
    public IReadOnlyList<string>? CapDrop { get; init; }

    /// <summary><c>--security-opt</c> in the words of the request.</summary>
    public IReadOnlyList<string>? Written { get; init; }

    /// <summary>What it must not see; null for the usual.</summary>
    public IReadOnlyList<string>? MaskedPaths { get; init; }

    /// <summary>What it must not write to; null for the usual.</summary>
    public IReadOnlyList<string>? ReadonlyPaths { get; init; }

    /// <summary>What <see cref="Written"/> means.</summary>
    /// <exception cref="Errors.QuaiException">The container is from before a rule that its options break. One that is made now has options that can be read.</exception>
    public SecurityOptions Options() => SecurityOptions.Parse(Written);
}

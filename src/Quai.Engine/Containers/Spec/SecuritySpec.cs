namespace Quai.Engine.Containers.Spec;

/// <summary>A container's privileges.</summary>
public sealed record SecuritySpec
{
    /// <summary>Whether it may do what root may do on the host.</summary>
    public bool Privileged { get; init; }

    /// <summary>Whether its root file system is read-only.</summary>
    public bool ReadonlyRoot { get; init; }

    /// <summary>Capabilities added to the default ones.</summary>
    public IReadOnlyList<string>? CapAdd { get; init; }

    /// <summary>Default capabilities that it lacks.</summary>
    public IReadOnlyList<string>? CapDrop { get; init; }

    /// <summary><c>--security-opt</c> as written in the request.</summary>
    public IReadOnlyList<string>? Written { get; init; }

    /// <summary>Masked paths; null for the default.</summary>
    public IReadOnlyList<string>? MaskedPaths { get; init; }

    /// <summary>Read-only paths; null for the default.</summary>
    public IReadOnlyList<string>? ReadonlyPaths { get; init; }

    /// <summary>The meaning of <see cref="Written"/>.</summary>
    /// <exception cref="Errors.QuaiException">The container predates a rule that its options break. New containers always have valid options.</exception>
    public SecurityOptions Options() => SecurityOptions.Parse(Written);
}

using Quai.Dockerfiles.Syntax;

namespace Quai.Dockerfiles.Instructions.Steps;

/// <summary>COPY, or ADD, which also takes addresses and unpacks archives.</summary>
/// <param name="Node">The instruction as it is written.</param>
/// <param name="Sources">What is copied.</param>
/// <param name="Files">The files that it has with it.</param>
/// <param name="Destination">Where to.</param>
public sealed record CopyInstruction(Node Node, IReadOnlyList<string> Sources, IReadOnlyList<InlineFile> Files, string Destination) : Instruction(Node)
{
    /// <summary>Whether it is ADD.</summary>
    public bool IsAdd { get; init; }

    /// <summary>The stage or image to copy from; empty for the context.</summary>
    public string From { get; init; } = "";

    /// <summary>The owner of what is copied, <c>user[:group]</c>; empty for root.</summary>
    public string Chown { get; init; } = "";

    /// <summary>The mode of what is copied, as of <c>chmod</c>; empty to keep it.</summary>
    public string Chmod { get; init; } = "";

    /// <summary>Whether the files are a layer of their own that does not depend on those below.</summary>
    public bool IsLink { get; init; }

    /// <summary>Whether directories above the sources are kept.</summary>
    public bool KeepsParents { get; init; }

    /// <summary>Patterns of what is left out.</summary>
    public IReadOnlyList<string> Exclude { get; init; } = [];

    /// <summary>The digest that what an address leads to must have; empty for any.</summary>
    public string Checksum { get; init; } = "";

    /// <summary>Whether a repository's <c>.git</c> is kept.</summary>
    public bool KeepsGitDirectory { get; init; }

    /// <summary>Whether archives are unpacked; null for the default: those of the context are.</summary>
    public bool? Unpacks { get; init; }
}

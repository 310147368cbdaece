using Quai.Dockerfiles.Syntax;

namespace Quai.Dockerfiles.Instructions.Steps;

/// <summary>COPY or ADD: copies files into the stage's.</summary>
/// <param name="Node">It as it is written.</param>
/// <param name="IsAdd">Whether it is ADD.</param>
/// <param name="Sources">The paths, and for ADD the addresses, of what is copied.</param>
/// <param name="Documents">The here-documents that are copied as files.</param>
/// <param name="Destination">Where to.</param>
public sealed record CopyInstruction(Node Node, bool IsAdd, IReadOnlyList<string> Sources, IReadOnlyList<HereDocument> Documents, string Destination) : Instruction(Node)
{
    /// <summary>The stage or image that it copies from; empty for the build's context.</summary>
    public string From { get; init; } = "";

    /// <summary>Who owns the copies; empty for root.</summary>
    public string Owner { get; init; } = "";

    /// <summary>The mode of the copies, in octal digits or as chmod(1) has it; empty for that of the originals.</summary>
    public string Mode { get; init; } = "";

    /// <summary>Whether the copies are a layer that does not depend on those before.</summary>
    public bool IsLinked { get; init; }

    /// <summary>Whether the parents of what is copied are made, too.</summary>
    public bool KeepsParents { get; init; }

    /// <summary>Patterns of what is not copied.</summary>
    public IReadOnlyList<string> Exclude { get; init; } = [];

    /// <summary>What an address must give: a digest, or a commit; empty for anything.</summary>
    public string Checksum { get; init; } = "";

    /// <summary>Whether <c>.git</c> is kept; null where nothing is said.</summary>
    public bool? KeepsGitDirectory { get; init; }

    /// <summary>Whether archives are unpacked; null where nothing is said.</summary>
    public bool? Unpacks { get; init; }
}

namespace Quai.Dockerfiles.Syntax;

/// <summary>An instruction as it is written, before it is known what it means.</summary>
/// <param name="Command">Its first word, in the case in which it is written.</param>
/// <param name="Text">All of it on one line, without here-documents.</param>
/// <param name="Lines">Where it is, its here-documents with it.</param>
public sealed record Node(string Command, string Text, LineRange Lines)
{
    /// <summary>The options before its arguments, as <c>--from=build</c>, without quotes.</summary>
    public IReadOnlyList<string> Flags { get; init; } = [];

    /// <summary>Its arguments; one for an instruction that takes the rest of the line as it is.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>Whether the arguments were given as a JSON array.</summary>
    public bool IsJson { get; init; }

    /// <summary>The pairs of ENV and LABEL.</summary>
    public IReadOnlyList<KeyValue> Pairs { get; init; } = [];

    /// <summary>The instruction that ONBUILD keeps for later; null for none.</summary>
    public Node? Trigger { get; init; }

    /// <summary>Its here-documents in their order.</summary>
    public IReadOnlyList<HereDocument> HereDocuments { get; init; } = [];

    /// <summary>The comment lines right before it, without their mark.</summary>
    public IReadOnlyList<string> Comments { get; init; } = [];
}

namespace Quai.Bake.Compose;

/// <summary>A node of a YAML document.</summary>
internal abstract record ComposeNode
{
    /// <summary>How it is merged with an earlier file's: <c>!reset</c>, <c>!override</c> or nothing in particular.</summary>
    public string Tag { get; init; } = "";
}

/// <summary>A single value.</summary>
/// <param name="Text">Its text.</param>
/// <param name="IsPlain">Whether it stands without quotation marks, so that it may be a number, a truth value or null.</param>
internal sealed record ComposeScalar(string Text, bool IsPlain) : ComposeNode
{
    /// <summary>Whether it is null.</summary>
    public bool IsNull => IsPlain && Text is "" or "~" or "null" or "Null" or "NULL";

    /// <summary>The truth value that it is, if it is one.</summary>
    public bool? AsBool => !IsPlain ? null : Text switch
    {
        "true" or "True" or "TRUE" => true,
        "false" or "False" or "FALSE" => false,
        _ => null,
    };
}

/// <summary>A sequence.</summary>
/// <param name="Items">Its elements.</param>
internal sealed record ComposeSequence(IReadOnlyList<ComposeNode> Items) : ComposeNode;

/// <summary>A mapping, in the order of the file.</summary>
/// <param name="Entries">Its entries.</param>
internal sealed record ComposeMapping(IReadOnlyList<KeyValuePair<string, ComposeNode>> Entries) : ComposeNode
{
    /// <summary>An entry's value; null where there is none.</summary>
    public ComposeNode? this[string key] => Entries.FirstOrDefault(entry => entry.Key == key).Value;
}

using Quai.Bake.Hcl.Expressions;

namespace Quai.Bake.Hcl.Syntax;

/// <summary>The kinds of what a template consists of.</summary>
internal enum TemplateItemKind
{
    /// <summary>Text.</summary>
    Literal,

    /// <summary>An expression between braces.</summary>
    Interpolation,

    /// <summary>The beginning of a conditional part.</summary>
    If,

    /// <summary>The beginning of its other part.</summary>
    Else,

    /// <summary>Its end.</summary>
    EndIf,

    /// <summary>The beginning of a loop.</summary>
    For,

    /// <summary>Its end.</summary>
    EndFor,
}

/// <summary>A piece of a template, as it stands in the file.</summary>
internal sealed record TemplateItem(TemplateItemKind Kind)
{
    /// <summary>The text.</summary>
    public string? Literal { get; init; }

    /// <summary>The expression, condition or collection.</summary>
    public Expression? Expression { get; init; }

    /// <summary>A loop's name for keys.</summary>
    public string? KeyName { get; init; }

    /// <summary>A loop's name for values.</summary>
    public string? ValueName { get; init; }

    /// <summary>Where it stands.</summary>
    public SourceRange Range { get; init; }

    /// <summary>Whether it takes the white space before it.</summary>
    public bool TrimsBefore { get; init; }

    /// <summary>Whether it takes the white space after it.</summary>
    public bool TrimsAfter { get; init; }
}

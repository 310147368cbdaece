namespace Quai.Bake.Hcl.Syntax;

/// <summary>The kinds of tokens.</summary>
internal enum TokenKind
{
    /// <summary>The end of the file.</summary>
    End,

    /// <summary>The end of a line.</summary>
    NewLine,

    /// <summary>A name.</summary>
    Identifier,

    /// <summary>A number.</summary>
    Number,

    /// <summary>The quotation mark before a template.</summary>
    Quote,

    /// <summary>The mark before a heredoc.</summary>
    Heredoc,

    /// <summary>An operator or bracket.</summary>
    Symbol,

    /// <summary>A character that has no place outside of templates.</summary>
    Invalid,
}

/// <summary>A token.</summary>
internal readonly record struct Token(TokenKind Kind, string Text, int Start, int End)
{
    /// <summary>Whether it is this operator or bracket.</summary>
    public bool Is(string symbol) => Kind == TokenKind.Symbol && Text == symbol;
}

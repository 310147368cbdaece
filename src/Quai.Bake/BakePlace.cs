namespace Quai.Bake;

/// <summary>A range of a bake file. Lines and columns count from one; a column is a character as a reader sees it.</summary>
/// <param name="File">The file's name, as it was given.</param>
/// <param name="Line">The line where it starts.</param>
/// <param name="Column">The column where it starts.</param>
/// <param name="EndLine">The line where it ends.</param>
/// <param name="EndColumn">The column after its last character.</param>
public sealed record BakePlace(string File, int Line, int Column, int EndLine, int EndColumn)
{
    /// <summary>As in messages: <c>FILE:LINE,COLUMN-COLUMN</c>, or <c>FILE:LINE,COLUMN-LINE,COLUMN</c> across lines.</summary>
    public override string ToString() => Line == EndLine
        ? $"{File}:{Line},{Column}-{EndColumn}"
        : $"{File}:{Line},{Column}-{EndLine},{EndColumn}";
}

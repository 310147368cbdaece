namespace Quai.Bake.Hcl;

/// <summary>A range of a file by offsets into its text.</summary>
internal readonly record struct SourceRange(SourceText Source, int Start, int End)
{
    /// <summary>From the start of one to the end of another.</summary>
    public static SourceRange Between(SourceRange first, SourceRange last) => new(first.Source, first.Start, last.End);

    /// <summary>By line and column.</summary>
    public BakePlace ToPlace()
    {
        (int line, int column) = Source.Position(Start);
        (int endLine, int endColumn) = Source.Position(End);
        return new(Source.Name, line, column, endLine, endColumn);
    }
}

namespace Quai.Compose;

/// <summary>A place in a file. Lines and columns count from one.</summary>
/// <param name="File">The file's path, as it was read.</param>
/// <param name="Line">The line.</param>
/// <param name="Column">The column.</param>
public sealed record ComposePlace(string File, int Line, int Column)
{
    /// <summary>As in messages: <c>FILE:LINE:COLUMN</c>.</summary>
    public override string ToString() => $"{File}:{Line}:{Column}";
}

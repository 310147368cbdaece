namespace Quai.Bake.Hcl;

/// <summary>One thing that is wrong.</summary>
internal sealed record Diagnostic(string Summary, string Detail, SourceRange? Subject)
{
    /// <summary>As a message: the place, the summary, the detail.</summary>
    public override string ToString() => $"{Subject?.ToPlace().ToString() ?? "<nil>"}: {Summary}; {Detail}";
}

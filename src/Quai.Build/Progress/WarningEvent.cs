using Quai.BuildProtocol.Llb;

namespace Quai.Build.Progress;

/// <summary>Something that whoever wrote the build should know, such as what a check found.</summary>
/// <param name="Vertex">The digest of the step that it is about, or of any.</param>
/// <param name="Level">How important it is: 1 is the usual.</param>
/// <param name="Short">One line.</param>
public sealed record WarningEvent(string Vertex, int Level, string Short) : BuildEvent
{
    /// <summary>More lines.</summary>
    public IReadOnlyList<string> Detail { get; init; } = [];

    /// <summary>Where more is written; empty for nowhere.</summary>
    public string Url { get; init; } = "";

    /// <summary>The source that it is about; null for none.</summary>
    public SourceInfo? Source { get; init; }

    /// <summary>The places in that source.</summary>
    public IReadOnlyList<BuildProtocol.Llb.Range> Ranges { get; init; } = [];
}

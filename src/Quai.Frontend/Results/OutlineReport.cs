namespace Quai.Frontend.Results;

/// <summary>What a build of a target can be given.</summary>
internal sealed record OutlineReport(string? Name, string? Description, IReadOnlyList<OutlineArg>? Args, IReadOnlyList<OutlineNeed>? Secrets, IReadOnlyList<OutlineNeed>? Ssh)
{
    /// <summary>The files that places are in.</summary>
    public IReadOnlyList<byte[]> Sources { get; init; } = [];
}

/// <summary>An argument.</summary>
internal sealed record OutlineArg(string Name, string? Description, string? Value, ReportPlace Location);

/// <summary>A secret or an agent.</summary>
internal sealed record OutlineNeed(string Name, bool? Required, ReportPlace Location);

namespace Quai.Frontend.Results;

/// <summary>The stages that can be built.</summary>
internal sealed record TargetReport(IReadOnlyList<TargetEntry> Targets, IReadOnlyList<byte[]> Sources);

/// <summary>A stage.</summary>
internal sealed record TargetEntry(string? Name, bool? Default, string? Description, string? Base, string? Platform, ReportPlace Location);

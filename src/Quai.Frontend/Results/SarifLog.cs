using System.Text.Json.Serialization;

namespace Quai.Frontend.Results;

/// <summary>A report in the form of SARIF 2.1.0, as tools that show findings beside code read it.</summary>
internal sealed record SarifLog([property: JsonPropertyName("$schema")] string Schema, string Version, IReadOnlyList<SarifRun> Runs);

/// <summary>A run of a tool.</summary>
internal sealed record SarifRun(SarifTool Tool, IReadOnlyList<SarifInvocation> Invocations, IReadOnlyList<SarifArtifact> Artifacts, IReadOnlyList<SarifResult> Results, string ColumnKind);

/// <summary>The tool.</summary>
internal sealed record SarifTool(SarifDriver Driver);

/// <summary>The tool's part that finds.</summary>
internal sealed record SarifDriver(string Name, IReadOnlyList<SarifRule> Rules);

/// <summary>What is looked for.</summary>
internal sealed record SarifRule(string Id, SarifText ShortDescription, SarifText FullDescription, string? HelpUri, SarifHelp? Help, SarifConfiguration DefaultConfiguration);

/// <summary>How serious it is.</summary>
internal sealed record SarifConfiguration(string Level);

/// <summary>A text.</summary>
internal sealed record SarifText(string Text);

/// <summary>A text that is also there as Markdown.</summary>
internal sealed record SarifHelp(string Text, string Markdown);

/// <summary>Whether the tool came to its end.</summary>
internal sealed record SarifInvocation(bool ExecutionSuccessful, IReadOnlyList<SarifNotification>? ToolExecutionNotifications);

/// <summary>What the tool says of itself.</summary>
internal sealed record SarifNotification(string Level, SarifText Message, IReadOnlyList<SarifLocation>? Locations);

/// <summary>A file.</summary>
internal sealed record SarifArtifact(SarifArtifactLocation Location, string SourceLanguage);

/// <summary>Where a file is.</summary>
internal sealed record SarifArtifactLocation(string Uri, int? Index);

/// <summary>Something that was found.</summary>
internal sealed record SarifResult(string RuleId, int RuleIndex, string Level, SarifText Message, IReadOnlyList<SarifLocation> Locations, IReadOnlyList<SarifFix>? Fixes);

/// <summary>A place.</summary>
internal sealed record SarifLocation(SarifPhysicalLocation PhysicalLocation);

/// <summary>A place in a file.</summary>
internal sealed record SarifPhysicalLocation(SarifArtifactLocation ArtifactLocation, SarifRegion? Region);

/// <summary>Lines.</summary>
internal sealed record SarifRegion(int StartLine, int EndLine);

/// <summary>How it can be mended.</summary>
internal sealed record SarifFix(SarifText Description, IReadOnlyList<SarifChange> ArtifactChanges);

/// <summary>A change of a file.</summary>
internal sealed record SarifChange(SarifArtifactLocation ArtifactLocation, IReadOnlyList<SarifReplacement> Replacements);

/// <summary>Lines in the place of others.</summary>
internal sealed record SarifReplacement(SarifRegion DeletedRegion, SarifText InsertedContent);

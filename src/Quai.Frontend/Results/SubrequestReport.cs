namespace Quai.Frontend.Results;

/// <summary>A question that can be asked instead of building.</summary>
internal sealed record SubrequestReport(string Name, string Version, string Type, string Description, IReadOnlyList<SubrequestName>? Opts, IReadOnlyList<SubrequestName> Metadata);

/// <summary>Something with a name.</summary>
internal sealed record SubrequestName(string Name);

namespace Quai.Images;

/// <summary>One line of an image's history.</summary>
public sealed record ImageHistory(string Id, DateTimeOffset Created, string CreatedBy, IReadOnlyList<string> Tags, long Size, string Comment);

namespace Quai.Compose.Publishing;

/// <summary>A file of a project that is published.</summary>
/// <param name="Name">Its name among the others.</param>
/// <param name="Text">Its text.</param>
/// <param name="Kind">What it is.</param>
public sealed record PublishedFile(string Name, string Text, PublishedFileKind Kind);

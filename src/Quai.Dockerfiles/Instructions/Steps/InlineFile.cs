namespace Quai.Dockerfiles.Instructions.Steps;

/// <summary>A file that a COPY or ADD has with it as a here-document.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Content">Its text.</param>
/// <param name="Expands">Whether variables in it are expanded.</param>
public sealed record InlineFile(string Name, string Content, bool Expands);

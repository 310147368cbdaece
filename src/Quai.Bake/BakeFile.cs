namespace Quai.Bake;

/// <summary>A file with a bake definition.</summary>
/// <param name="Name">Its name, as it was given; its end decides how it is read. <c>-</c> is the standard input.</param>
/// <param name="Text">Its text.</param>
public sealed record BakeFile(string Name, string Text);

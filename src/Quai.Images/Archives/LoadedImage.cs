namespace Quai.Images;

/// <summary>One image that an archive held.</summary>
/// <param name="Id">The image's id.</param>
/// <param name="Name">Its familiar name, or null if it had none.</param>
public sealed record LoadedImage(string Id, string? Name);

namespace Quai.Registry;

/// <summary>A result of a search.</summary>
public sealed record FoundRepository(string Name, string Description, int Stars, bool Official, bool Automated);

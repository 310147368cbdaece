namespace Quai.EndToEnd.Tests.Compose.Applications;

/// <summary>A text of a file that becomes another.</summary>
/// <param name="File">The file.</param>
/// <param name="Old">What is there.</param>
/// <param name="New">What comes instead.</param>
/// <param name="Recreated">The containers that are made anew.</param>
/// <param name="Seen">What is seen of it.</param>
/// <param name="Builds">Whether images must be built for it.</param>
internal sealed record Change(string File, string Old, string New, string Recreated, Question Seen, bool Builds = false);

namespace Quai.Compose.Yaml;

/// <summary>A document of a compose file.</summary>
/// <param name="Root">Its content; null where it is empty.</param>
/// <param name="Overridden">The paths that were tagged <c>!reset</c> or <c>!override</c>: what earlier files say there does not count.</param>
internal sealed record YamlDocument(ComposeNode? Root, IReadOnlySet<string> Overridden);

using Quai.Compose.Yaml;

namespace Quai.Compose.Checking;

/// <summary>Where parts of a project are written.</summary>
internal static class TreePlaces
{
    private static readonly string[] s_names = ["source", "path", "target"];

    /// <summary>The place of a key or element, or of the innermost one above it that there is; null where there is none.</summary>
    /// <param name="tree">The project's files.</param>
    /// <param name="path">The keys to it; that of an element is its text, or what it names as its source or path.</param>
    public static ComposePlace? Find(ComposeMapping tree, params IEnumerable<string> path)
    {
        ComposeNode? node = tree;
        ComposePlace? place = null;
        foreach (string key in path)
        {
            (node, place) = node switch
            {
                ComposeMapping mapping when mapping.Has(key) => (mapping[key], mapping.PlaceOf(key) ?? mapping[key]!.Place ?? place),
                ComposeSequence sequence when sequence.Items.FirstOrDefault(item => IsOf(item, key)) is { } found => (found, found.Place ?? place),
                _ => (null, place),
            };
        }

        return place;
    }

    private static bool IsOf(ComposeNode item, string name) => item is ComposeScalar scalar ? scalar.Text == name || scalar.Text.StartsWith(name + ":", StringComparison.Ordinal)
        : item is ComposeMapping mapping && s_names.Any(key => (mapping[key] as ComposeScalar)?.Text == name);
}

using Quai.Compose.Yaml;

namespace Quai.Compose.Merging;

/// <summary>Removes from an earlier tree what a later one tagged <c>!reset</c> or <c>!override</c>.</summary>
internal static class Overriding
{
    /// <summary>Removes everything at these paths.</summary>
    public static void Apply(ComposeNode tree, IReadOnlySet<string> paths, NodePath at)
    {
        if (paths.Count == 0)
        {
            return;
        }

        // Elements of lists have no place that both files would know them by.
        foreach (string key in (tree as ComposeMapping)?.Keys ?? [])
        {
            NodePath path = at.Key(key);
            if (paths.Contains(path.ToString()))
            {
                ((ComposeMapping)tree).Remove(key);
            }
            else
            {
                Apply(((ComposeMapping)tree)[key]!, paths, path);
            }
        }
    }
}

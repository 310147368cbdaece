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

        switch (tree)
        {
            case ComposeMapping mapping:
                foreach (string key in mapping.Keys)
                {
                    NodePath path = at.Key(key);
                    if (paths.Contains(path.ToString()))
                    {
                        mapping.Remove(key);
                    }
                    else
                    {
                        Apply(mapping[key]!, paths, path);
                    }
                }

                break;
            case ComposeSequence sequence:
                for (int i = sequence.List.Count - 1; i >= 0; i--)
                {
                    NodePath path = at.Element(i);
                    if (paths.Contains(path.ToString()))
                    {
                        sequence.List.RemoveAt(i);
                    }
                    else
                    {
                        Apply(sequence.List[i], paths, path);
                    }
                }

                break;
        }
    }
}

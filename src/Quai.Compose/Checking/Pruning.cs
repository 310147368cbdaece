using Quai.Compose.Yaml;

namespace Quai.Compose.Checking;

/// <summary>Takes out of a tree what is wrong with it, so that the rest of it can be checked as well: all faults are told at once, and none that is only the consequence of another.</summary>
internal static class Pruning
{
    private const string Services = "services";

    /// <summary>Takes out what is at these paths. Nothing of this is ever run: a tree with faults becomes no project.</summary>
    public static void Apply(ComposeMapping root, IReadOnlyList<NodePath> paths)
    {
        // The last ones first: elements keep their numbers.
        foreach (NodePath path in paths.Reverse())
        {
            IReadOnlyList<(string Key, int Index)> steps = path.Steps();
            if (steps.Count == 1)
            {
                root.Remove(steps[0].Key);
            }
            else if (steps.Count == 2 && root[steps[0].Key] is ComposeMapping kind && kind.Has(steps[1].Key))
            {
                kind.Set(steps[1].Key, new ComposeMapping { Place = kind[steps[1].Key]!.Place }, kind.PlaceOf(steps[1].Key));
            }
            else
            {
                Remove(root, steps);
            }

            if (steps.Count > 1)
            {
                Complete(root, steps[0].Key, steps[1].Key);
            }
        }
    }

    /// <summary>Takes out the innermost node that stands at a place.</summary>
    /// <returns>Its path; null where there is none.</returns>
    public static NodePath? Remove(ComposeNode node, NodePath path, ComposePlace place)
    {
        switch (node)
        {
            case ComposeMapping mapping:
                foreach (string key in mapping.Keys)
                {
                    if (Remove(mapping[key]!, path.Key(key), place) is { } inner)
                    {
                        return inner;
                    }

                    if (mapping[key]!.Place == place || mapping.PlaceOf(key) == place)
                    {
                        mapping.Remove(key);
                        return path.Key(key);
                    }
                }

                return null;
            case ComposeSequence sequence:
                for (int i = 0; i < sequence.List.Count; i++)
                {
                    if (Remove(sequence.List[i], path.Element(i), place) is { } inner)
                    {
                        return inner;
                    }

                    if (sequence.List[i].Place == place)
                    {
                        sequence.List.RemoveAt(i);
                        return path.Element(i);
                    }
                }

                return null;
            default:
                return null;
        }
    }

    /// <summary>Gives what has lost a part that it needs another one in its place.</summary>
    public static void Complete(ComposeMapping root, string kind, string name)
    {
        if ((root[kind] as ComposeMapping)?[name] is not ComposeMapping one)
        {
            return;
        }

        switch (kind)
        {
            case Services when !one.Has("image") && !one.Has("build") && !one.Has("provider"):
                one["image"] = ComposeScalar.Of("scratch", one.Place);
                break;
            case "secrets" or "configs" when one.Count == 0:
                one["file"] = ComposeScalar.Of("/dev/null", one.Place);
                break;
            case "models" when !one.Has("model"):
                one["model"] = ComposeScalar.Of("none", one.Place);
                break;
        }
    }

    private static void Remove(ComposeNode node, IReadOnlyList<(string Key, int Index)> steps)
    {
        for (int i = 0; i < steps.Count - 1; i++)
        {
            (string key, int index) = steps[i];
            if ((index < 0 ? (node as ComposeMapping)?[key] : (node as ComposeSequence)?.Items.ElementAtOrDefault(index)) is not { } next)
            {
                return;
            }

            node = next;
        }

        (string last, int at) = steps[^1];
        (node as ComposeMapping)?.Remove(last);
        if (node is ComposeSequence sequence && at >= 0 && at < sequence.List.Count)
        {
            sequence.List.RemoveAt(at);
        }
    }
}

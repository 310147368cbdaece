namespace Quai.Bake.Compose;

/// <summary>Puts one compose file upon another.</summary>
internal static class ComposeMerge
{
    // Lists in which one entry stands for its own name.
    private static readonly string[] s_keyed = ["args", "labels", "environment", "extra_hosts", "additional_contexts"];

    /// <summary>Mappings are merged, sequences joined, single values replaced.</summary>
    public static ComposeNode Merge(ComposeNode first, ComposeNode second, string key)
    {
        if (second.Tag == "!override")
        {
            return second;
        }

        return (Canonical(first, key), Canonical(second, key)) switch
        {
            (ComposeMapping a, ComposeMapping b) => Merge(a, b),
            (ComposeSequence a, ComposeSequence b) => new ComposeSequence([.. a.Items, .. b.Items.Where(item => !a.Items.Contains(item))]),
            (_, var b) => b,
        };
    }

    /// <summary>Lists of pairs as mappings, a build of nothing but a context as a mapping.</summary>
    public static ComposeNode Canonical(ComposeNode node, string key)
    {
        if (key == "build" && node is ComposeScalar { IsNull: false } context)
        {
            return new ComposeMapping([new("context", context)]);
        }

        if (!s_keyed.Contains(key) || node is not ComposeSequence sequence || !sequence.Items.All(item => item is ComposeScalar))
        {
            return node;
        }

        Dictionary<string, ComposeNode> entries = [];
        foreach (ComposeScalar item in sequence.Items.Cast<ComposeScalar>())
        {
            int sign = item.Text.IndexOf('=', StringComparison.Ordinal);
            sign = sign < 0 && key == "extra_hosts" ? item.Text.IndexOf(':', StringComparison.Ordinal) : sign;
            string name = sign < 0 ? item.Text : item.Text[..sign];
            ComposeNode value = sign < 0 ? new ComposeScalar(key == "labels" ? "" : "null", key != "labels") : new ComposeScalar(item.Text[(sign + 1)..], false);
            if (key == "extra_hosts" && entries.TryGetValue(name, out ComposeNode? before))
            {
                value = new ComposeScalar($"{((ComposeScalar)before).Text},{((ComposeScalar)value).Text}", false);
            }

            entries[name] = value;
        }

        return new ComposeMapping([.. entries]);
    }

    private static ComposeMapping Merge(ComposeMapping first, ComposeMapping second)
    {
        List<KeyValuePair<string, ComposeNode>> entries = [.. first.Entries];
        Dictionary<string, int> places = entries.Select((entry, i) => (entry.Key, i)).ToDictionary(pair => pair.Key, pair => pair.i);
        foreach ((string key, ComposeNode value) in second.Entries)
        {
            if (places.TryGetValue(key, out int at))
            {
                entries[at] = new(key, value.Tag == "!reset" ? value : Merge(entries[at].Value, value, key));
            }
            else
            {
                places[key] = entries.Count;
                entries.Add(new(key, value));
            }
        }

        return new([.. entries.Where(entry => entry.Value.Tag != "!reset")]);
    }
}

using System.Globalization;
using System.Text;

namespace Quai.Compose.Yaml;

/// <summary>Where a node is in a document: keys, and <c>[]</c> or a number for elements.</summary>
internal sealed class NodePath
{
    private readonly NodePath? _parent;
    private readonly int _index;

    private NodePath(NodePath? parent, string segment, int index)
    {
        (_parent, Segment, _index) = (parent, segment, index);
        Depth = parent is null ? 0 : parent.Depth + 1;
    }

    /// <summary>The document itself.</summary>
    public static NodePath Root { get; } = new(null, "", -1);

    /// <summary>How many segments there are.</summary>
    public int Depth { get; }

    /// <summary>The last key; <c>[]</c> for an element.</summary>
    public string Segment { get; }

    /// <summary>An entry's path.</summary>
    public NodePath Key(string key) => new(this, key, -1);

    /// <summary>An element's path.</summary>
    public NodePath Element(int index) => new(this, "[]", index);

    /// <summary>Whether this is what a pattern means; <c>*</c> is any key or element.</summary>
    public bool Matches(string[] pattern)
    {
        if (pattern.Length != Depth)
        {
            return false;
        }

        NodePath at = this;
        for (int i = pattern.Length - 1; i >= 0; i--)
        {
            if (pattern[i] != "*" && pattern[i] != at.Segment)
            {
                return false;
            }

            at = at._parent!;
        }

        return true;
    }

    /// <summary>The keys and, for elements, their numbers; the number of a key is -1.</summary>
    public IReadOnlyList<(string Key, int Index)> Steps()
    {
        List<(string Key, int Index)> steps = [];
        for (NodePath at = this; at._parent is not null; at = at._parent)
        {
            steps.Add((at.Segment, at._index));
        }

        steps.Reverse();
        return steps;
    }

    /// <summary>As users write it: <c>services.web.ports[0]</c>.</summary>
    public override string ToString() => Write(numbered: true);

    /// <summary>As the reference implementation writes it: <c>services.web.ports.[]</c>.</summary>
    public string ToPattern() => Write(numbered: false);

    private string Write(bool numbered)
    {
        List<NodePath> all = [];
        for (NodePath? at = this; at is { _parent: not null }; at = at._parent)
        {
            all.Add(at);
        }

        StringBuilder text = new();
        for (int i = all.Count - 1; i >= 0; i--)
        {
            if (all[i]._index >= 0 && numbered)
            {
                text.Append(CultureInfo.InvariantCulture, $"[{all[i]._index}]");
                continue;
            }

            if (text.Length > 0)
            {
                text.Append('.');
            }

            text.Append(all[i].Segment);
        }

        return text.ToString();
    }
}

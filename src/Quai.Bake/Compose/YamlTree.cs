using Quai.Bake.Values;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Quai.Bake.Compose;

/// <summary>Reads YAML documents as trees; aliases and merge keys are replaced by what they stand for.</summary>
internal sealed class YamlTree
{
    private const int MostNodes = 200_000;

    private readonly Parser _parser;
    private readonly Dictionary<string, (ComposeNode Node, int Size)> _anchors = [];
    private int _nodes;
    private int _depth;

    private YamlTree(string text) => _parser = new(new StringReader(text));

    /// <summary>Reads the first document; null where there is none.</summary>
    /// <exception cref="BakeException">It is not YAML.</exception>
    public static ComposeNode? Read(BakeFile file)
    {
        try
        {
            YamlTree tree = new(file.Text);
            tree._parser.MoveNext();
            return tree._parser.MoveNext() && tree._parser.Current is DocumentStart && tree._parser.MoveNext() ? tree.ReadNode() : null;
        }
        catch (YamlException e)
        {
            BakePlace place = new(file.Name, (int)e.Start.Line, (int)e.Start.Column, (int)e.End.Line, (int)e.End.Column);
            throw new BakeException($"failed to parse : yaml: line {e.Start.Line}: {e.Message}", place, e);
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or FormatException or IndexOutOfRangeException or OverflowException)
        {
            // What the parser trips over.
            throw new BakeException("yaml: malformed document", new(file.Name, 1, 1, 1, 1), e);
        }
    }

    private ComposeNode ReadNode()
    {
        if (++_nodes > MostNodes || ++_depth > Limits.Deepest)
        {
            throw new BakeException("yaml: the document is too large or nested too deeply");
        }

        int before = _nodes;
        ComposeNode node;
        AnchorName anchor = (_parser.Current as NodeEvent)?.Anchor ?? AnchorName.Empty;
        switch (_parser.Current)
        {
            case Scalar scalar:
                node = new ComposeScalar(scalar.Value, scalar.Style == ScalarStyle.Plain) { Tag = TagOf(scalar) };
                _parser.MoveNext();
                break;
            case AnchorAlias alias:
                node = Resolve(alias);
                _parser.MoveNext();
                break;
            case SequenceStart sequence:
                node = ReadSequence() with { Tag = TagOf(sequence) };
                break;
            case MappingStart mapping:
                node = ReadMapping() with { Tag = TagOf(mapping) };
                break;
            default:
                throw new BakeException("yaml: unexpected end of the document");
        }

        if (!anchor.IsEmpty)
        {
            _anchors[anchor.Value] = (node, _nodes - before + 1);
        }

        _depth--;
        return node;
    }

    private static string TagOf(NodeEvent node) => node.Tag.IsEmpty ? "" : node.Tag.Value;

    private ComposeNode Resolve(AnchorAlias alias)
    {
        if (!_anchors.TryGetValue(alias.Value.Value, out (ComposeNode Node, int Size) anchored))
        {
            throw new BakeException($"yaml: unknown anchor '{alias.Value.Value}' referenced");
        }

        // Aliases of aliases grow quickly.
        _nodes += anchored.Size;
        return _nodes <= MostNodes ? anchored.Node : throw new BakeException("yaml: document contains excessive aliasing");
    }

    private ComposeSequence ReadSequence()
    {
        List<ComposeNode> items = [];
        _parser.MoveNext();
        while (_parser.Current is not SequenceEnd)
        {
            items.Add(ReadNode());
        }

        _parser.MoveNext();
        return new(items);
    }

    private ComposeMapping ReadMapping()
    {
        List<KeyValuePair<string, ComposeNode>> entries = [];
        List<ComposeMapping> merged = [];
        HashSet<string> keys = [];
        _parser.MoveNext();
        while (_parser.Current is not MappingEnd)
        {
            long line = _parser.Current?.Start.Line ?? 0;
            string key = ReadNode() is ComposeScalar scalar ? scalar.Text : throw new BakeException("yaml: invalid map key");
            ComposeNode value = ReadNode();
            if (key == "<<" && AsMappings(value) is { } more)
            {
                merged.AddRange(more);
                continue;
            }

            if (!keys.Add(key))
            {
                throw new BakeException($"yaml: unmarshal errors:\n  line {line}: mapping key \"{key}\" already defined");
            }

            entries.Add(new(key, value));
        }

        foreach (KeyValuePair<string, ComposeNode> entry in merged.SelectMany(one => one.Entries))
        {
            // What the mapping says itself goes first, then the earlier of those that are merged into it.
            if (keys.Add(entry.Key))
            {
                entries.Add(entry);
            }
        }

        _parser.MoveNext();
        return new(entries);
    }

    private static IEnumerable<ComposeMapping>? AsMappings(ComposeNode node) => node switch
    {
        ComposeMapping one => [one],
        ComposeSequence { Items: { } items } when items.All(item => item is ComposeMapping) => items.Cast<ComposeMapping>(),
        _ => null,
    };
}

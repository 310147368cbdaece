using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Quai.Compose.Yaml;

/// <summary>Reads the documents of a file; aliases and merge keys are replaced by what they stand for.</summary>
internal sealed class YamlReader
{
    private const int MostNodes = 200_000, Deepest = 100;

    private readonly string _file;
    private readonly Parser _parser;
    private readonly Dictionary<string, (ComposeNode Node, int Size)> _anchors = [];
    private readonly HashSet<string> _overridden = [];
    private int _nodes;
    private int _depth;
    private int _overriding;

    private YamlReader(string file, string text) => (_file, _parser) = (file, new(new StringReader(text)));

    /// <summary>Reads all documents.</summary>
    /// <exception cref="ComposeException">It is not YAML.</exception>
    public static List<YamlDocument> Read(string file, string text)
    {
        YamlReader reader = new(file, text);
        try
        {
            return reader.ReadDocuments();
        }
        catch (YamlException e)
        {
            throw new ComposeException(new ComposeFault($"yaml: line {e.Start.Line}: {e.Message}") { Place = new(file, (int)e.Start.Line, (int)e.Start.Column), Expected = "YAML" }, e);
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or FormatException or IndexOutOfRangeException or OverflowException)
        {
            // What the parser trips over.
            throw new ComposeException(new ComposeFault("yaml: malformed document") { Place = new(file, 1, 1), Expected = "YAML" }, e);
        }
    }

    private List<YamlDocument> ReadDocuments()
    {
        List<YamlDocument> documents = [];
        _parser.MoveNext();
        while (_parser.MoveNext() && _parser.Current is DocumentStart)
        {
            _parser.MoveNext();
            _anchors.Clear();
            _overridden.Clear();
            ComposeNode? root = ReadNode(NodePath.Root);
            documents.Add(new(root is null or { IsNull: true } ? null : root, new HashSet<string>(_overridden)));
        }

        return documents;
    }

    /// <summary>The node that is next; null where it was tagged to be left out.</summary>
    private ComposeNode? ReadNode(NodePath path)
    {
        if (++_nodes > MostNodes || ++_depth > Deepest)
        {
            throw Fault("yaml: the document is too large or nested too deeply");
        }

        int before = _nodes;
        NodeEvent? current = _parser.Current as NodeEvent;
        AnchorName anchor = current?.Anchor ?? AnchorName.Empty;
        string tag = current is null || current.Tag.IsEmpty ? "" : current.Tag.Value;
        ComposeNode node;
        _overriding += tag == "!override" ? 1 : 0;
        switch (_parser.Current)
        {
            case Scalar scalar:
                node = ReadScalar(scalar, tag);
                _parser.MoveNext();
                break;
            case AnchorAlias alias:
                node = Resolve(alias);
                anchor = AnchorName.Empty;
                _parser.MoveNext();
                break;
            case SequenceStart:
                node = ReadSequence(path);
                break;
            case MappingStart:
                node = ReadMapping(path);
                break;
            default:
                throw Fault("yaml: unexpected end of the document");
        }

        if (!anchor.IsEmpty)
        {
            _anchors[anchor.Value] = (node, _nodes - before + 1);
        }

        _depth--;
        _overriding -= tag == "!override" ? 1 : 0;
        if (_overriding > 0 || tag is not ("!reset" or "!override"))
        {
            // What overrides as a whole has nothing in it to reset.
            return node;
        }

        _overridden.Add(path.ToString());
        return tag == "!reset" ? null : node;
    }

    private ComposeScalar ReadScalar(Scalar scalar, string tag)
    {
        ComposePlace place = Here();
        if (tag.Length > 0 && ScalarReader.Tagged(tag, scalar.Value, place) is { } tagged)
        {
            return ScalarReader.Fits(tag, tagged) ? tagged : throw Fault($"yaml: cannot decode `{scalar.Value}` as a {tag.Replace("tag:yaml.org,2002:", "!!", StringComparison.Ordinal)}");
        }

        return scalar.Style == ScalarStyle.Plain ? ScalarReader.Read(scalar.Value, place)
            : ComposeScalar.Of(scalar.Value, place);
    }

    private ComposeNode Resolve(AnchorAlias alias)
    {
        if (!_anchors.TryGetValue(alias.Value.Value, out (ComposeNode Node, int Size) anchored))
        {
            throw Fault($"yaml: unknown anchor '{alias.Value.Value}' referenced");
        }

        // Aliases of aliases grow quickly.
        _nodes += anchored.Size;
        return _nodes <= MostNodes ? anchored.Node.Copy() : throw Fault("yaml: document contains excessive aliasing");
    }

    private ComposeSequence ReadSequence(NodePath path)
    {
        ComposePlace place = Here();
        List<ComposeNode> items = [];
        _parser.MoveNext();
        for (int i = 0; _parser.Current is not SequenceEnd; i++)
        {
            if (ReadNode(path.Element(i)) is { } item)
            {
                items.Add(item);
            }
        }

        _parser.MoveNext();
        return new(items) { Place = place };
    }

    private ComposeMapping ReadMapping(NodePath path)
    {
        ComposeMapping mapping = new() { Place = Here() };
        List<ComposeMapping> merged = [];
        HashSet<string> keys = [];
        bool merges = false;
        _parser.MoveNext();
        while (_parser.Current is not MappingEnd)
        {
            ComposePlace place = Here();
            string key = ReadKey(path);
            if (key == "<<")
            {
                if (merges)
                {
                    throw Fault("yaml: unmarshal errors:\n  line " + place.Line + ": mapping key \"<<\" already defined", place);
                }

                merges = true;
                merged.AddRange(AsMappings(ReadNode(path.Key(key))) ?? throw Fault("yaml: map merge requires map or sequence of maps as the value", place));
                continue;
            }

            if (!keys.Add(key))
            {
                throw Fault($"yaml: unmarshal errors:\n  line {place.Line}: mapping key \"{key}\" already defined", place);
            }

            if (ReadNode(path.Key(key)) is { } value)
            {
                mapping.Set(key, value, place);
            }
        }

        // What the mapping says itself goes first, then the earlier of those that are merged into it.
        foreach (ComposeMapping one in merged)
        {
            foreach (string key in one.Keys.Where(keys.Add))
            {
                mapping.Set(key, one[key]!.Copy(), one.PlaceOf(key));
            }
        }

        _parser.MoveNext();
        return mapping;
    }

    private string ReadKey(NodePath path)
    {
        ComposePlace place = Here();
        bool isPlain = _parser.Current is Scalar { Style: ScalarStyle.Plain };
        if (ReadNode(path) is not ComposeScalar key)
        {
            throw Fault("yaml: invalid map key", place);
        }

        return key.Kind == ScalarKind.Text || !isPlain ? key.Text
            : throw new ComposeException(new ComposeFault($"non-string key {(path.Depth == 0 ? "at top level" : "in " + path)}: {(key.IsNull ? "<nil>" : key.Text)}")
            {
                Place = place,
                Path = path.ToString(),
                Value = key.Text,
                Expected = "a text as the key",
            });
    }

    private static IEnumerable<ComposeMapping>? AsMappings(ComposeNode? node) => node switch
    {
        ComposeMapping one => [one],
        ComposeSequence { Items: { } items } when items.All(item => item is ComposeMapping) => items.Cast<ComposeMapping>(),
        _ => null,
    };

    private ComposePlace Here() => new(_file, (int)(_parser.Current?.Start.Line ?? 1), (int)(_parser.Current?.Start.Column ?? 1));

    private ComposeException Fault(string message, ComposePlace? place = null) => new(new ComposeFault(message) { Place = place ?? Here(), Expected = "YAML" });
}

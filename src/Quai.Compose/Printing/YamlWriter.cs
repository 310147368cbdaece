using System.Text;
using Quai.Compose.Yaml;

namespace Quai.Compose.Printing;

/// <summary>Writes YAML as go-yaml does with an indentation of two.</summary>
internal sealed class YamlWriter
{
    private readonly StringBuilder _text = new();

    /// <summary>A document; keys in the order of the tree.</summary>
    public static string Write(ComposeNode root)
    {
        YamlWriter writer = new();
        writer.Block(root, 0, isRoot: true);
        return writer._text.ToString();
    }

    private void Block(ComposeNode node, int indent, bool isRoot)
    {
        switch (node)
        {
            case ComposeMapping { Count: > 0 } mapping:
                Mapping(mapping, indent, first: !isRoot);
                break;
            case ComposeSequence { Items.Count: > 0 } sequence:
                Sequence(sequence, indent, first: !isRoot);
                break;
            default:
                Flat(node, indent);
                break;
        }
    }

    /// <summary>Entries; where the first one continues a line, that line already has its indentation.</summary>
    private void Mapping(ComposeMapping mapping, int indent, bool first)
    {
        foreach ((string key, ComposeNode value) in mapping.Entries)
        {
            if (!first)
            {
                _text.Append(' ', indent);
            }

            first = false;
            Key(key, indent);
            Value(value, indent);
        }
    }

    private void Key(string key, int indent)
    {
        // A key that cannot stand on one line is marked as a key.
        if (key.Contains('\n', StringComparison.Ordinal) || key.Length > 128)
        {
            _text.Append("? ");
            ScalarText.Write(_text, key, indent + 2, isKey: false);
            _text.Append('\n').Append(' ', indent).Append(':');
            return;
        }

        ScalarText.Write(_text, key, indent, isKey: true);
        _text.Append(':');
    }

    private void Value(ComposeNode value, int indent)
    {
        switch (value)
        {
            case ComposeMapping { Count: > 0 } mapping:
                _text.Append('\n');
                Mapping(mapping, indent + 2, first: false);
                break;
            case ComposeSequence { Items.Count: > 0 } sequence:
                _text.Append('\n');
                Sequence(sequence, indent + 2, first: false);
                break;
            default:
                _text.Append(' ');
                Flat(value, indent + 2);
                break;
        }
    }

    private void Sequence(ComposeSequence sequence, int indent, bool first)
    {
        foreach (ComposeNode item in sequence.Items)
        {
            if (!first)
            {
                _text.Append(' ', indent);
            }

            first = false;
            _text.Append("- ");
            Block(item, indent + 2, isRoot: false);
        }
    }

    /// <summary>What stands on the line where it begins.</summary>
    private void Flat(ComposeNode node, int indent)
    {
        switch (node)
        {
            case ComposeMapping:
                _text.Append("{}");
                break;
            case ComposeSequence:
                _text.Append("[]");
                break;
            case ComposeScalar scalar:
                Scalar(scalar, indent);
                break;
        }

        _text.Append('\n');
    }

    private void Scalar(ComposeScalar scalar, int indent)
    {
        switch (scalar.Kind)
        {
            case ScalarKind.Null:
                _text.Append("null");
                break;
            case ScalarKind.Float:
                _text.Append(GoNumber.Yaml(scalar.Float));
                break;
            case ScalarKind.Text:
                ScalarText.Write(_text, scalar.Text, indent, isKey: false);
                break;
            default:
                _text.Append(scalar.Text);
                break;
        }
    }
}

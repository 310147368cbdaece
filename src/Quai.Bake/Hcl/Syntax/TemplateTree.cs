using Quai.Bake.Hcl.Expressions;
using Quai.Bake.Values;

namespace Quai.Bake.Hcl.Syntax;

/// <summary>Makes an expression of a template's pieces.</summary>
internal sealed class TemplateTree
{
    private readonly List<TemplateItem> _items;
    private readonly SourceRange _range;
    private int _next;
    private int _depth;

    private TemplateTree(List<TemplateItem> items, SourceRange range) => (_items, _range) = (items, range);

    /// <summary>The expression.</summary>
    /// <param name="items">The pieces.</param>
    /// <param name="range">All of the template.</param>
    /// <param name="empty">Where its text would be, if it had any.</param>
    public static Expression Build(List<TemplateItem> items, SourceRange range, SourceRange empty)
    {
        Trim(items);
        items.RemoveAll(item => item.Literal?.Length == 0);
        if (items is [{ Kind: TemplateItemKind.Interpolation } only])
        {
            return new TemplateWrapExpression(only.Expression!, range);
        }

        TemplateTree tree = new(items, range);
        List<Expression> parts = tree.ReadParts();
        if (tree._next < items.Count)
        {
            throw Unexpected(items[tree._next]);
        }

        if (parts.Count == 0)
        {
            parts.Add(new LiteralExpression(Value.String(""), empty));
        }

        return new TemplateExpression(parts, range);
    }

    /// <summary>Takes the white space that the pieces around a text want taken; whoever trims twice takes nothing more.</summary>
    public static void Trim(List<TemplateItem> items)
    {
        for (int i = 0; i < items.Count; i++)
        {
            if (items[i].Literal is not { } literal)
            {
                continue;
            }

            literal = i > 0 && items[i - 1].TrimsAfter ? literal.TrimStart() : literal;
            literal = i + 1 < items.Count && items[i + 1].TrimsBefore ? literal.TrimEnd() : literal;
            items[i] = items[i] with { Literal = literal };
        }
    }

    private List<Expression> ReadParts()
    {
        if (++_depth > Limits.Deepest)
        {
            throw Diagnostics.Error("Template nested too deeply", "There are too many directives within directives.", _range);
        }

        List<Expression> parts = [];
        while (_next < _items.Count)
        {
            TemplateItem item = _items[_next];
            switch (item.Kind)
            {
                case TemplateItemKind.Literal:
                    _next++;
                    parts.Add(new LiteralExpression(Value.String(item.Literal!), item.Range));
                    break;
                case TemplateItemKind.Interpolation:
                    _next++;
                    parts.Add(item.Expression!);
                    break;
                case TemplateItemKind.If:
                    parts.Add(ReadIf());
                    break;
                case TemplateItemKind.For:
                    parts.Add(ReadFor());
                    break;
                default:
                    _depth--;
                    return parts;
            }
        }

        _depth--;
        return parts;
    }

    private ConditionalExpression ReadIf()
    {
        TemplateItem start = _items[_next++];
        Expression whenTrue = Template(ReadParts(), start.Range), whenFalse = Template([], start.Range);
        if (_next < _items.Count && _items[_next].Kind == TemplateItemKind.Else)
        {
            _next++;
            whenFalse = Template(ReadParts(), start.Range);
        }

        Close(TemplateItemKind.EndIf, start, "if", "endif");
        return new(start.Expression!, whenTrue, whenFalse, SourceRange.Between(start.Range, _items[_next - 1].Range));
    }

    private TemplateJoinExpression ReadFor()
    {
        TemplateItem start = _items[_next++];
        Expression content = Template(ReadParts(), start.Range);
        Close(TemplateItemKind.EndFor, start, "for", "endfor");
        SourceRange range = SourceRange.Between(start.Range, _items[_next - 1].Range);
        return new(new ForExpression(new(start.KeyName, start.ValueName!, start.Expression!, null, content, null, false), range, start.Range));
    }

    private void Close(TemplateItemKind kind, TemplateItem start, string opening, string closing)
    {
        if (_next >= _items.Count)
        {
            throw Diagnostics.Error("Unexpected end of template", $"The {opening} directive at {start.Range.ToPlace()} is missing its corresponding {closing} directive.", _range with { Start = Math.Max(_range.End - 1, _range.Start) });
        }

        if (_items[_next].Kind != kind)
        {
            throw Unexpected(_items[_next]);
        }

        _next++;
    }

    private static BakeException Unexpected(TemplateItem item) => Diagnostics.Error(
        $"Unexpected {item.Kind switch { TemplateItemKind.Else => "else", TemplateItemKind.EndIf => "endif", _ => "endfor" }} directive",
        "The control directives within this template are unbalanced.",
        item.Range);

    private static TemplateExpression Template(List<Expression> parts, SourceRange range) =>
        new(parts.Count == 0 ? [new LiteralExpression(Value.String(""), range)] : parts, range);
}

using Quai.Bake.Hcl.Expressions;
using Quai.Bake.Hcl.Syntax;
using Quai.Bake.Values;

namespace Quai.Bake.Hcl.Json;

/// <summary>A JSON value as an expression: strings are templates.</summary>
internal sealed class JsonExpression : Expression
{
    private readonly JsonNode _node;
    private readonly Lazy<Expression> _template;

    public JsonExpression(JsonNode node)
        : base(node.Range)
    {
        _node = node;
        _template = new(() => Template((JsonText)node));
    }

    public override IReadOnlyList<Expression>? Elements => _node is JsonArray array ? [.. array.Items.Select(item => new JsonExpression(item))] : null;

    /// <summary>A string of nothing but a name; in other places the keyword is looked for as an expression.</summary>
    public override string? Keyword => _node is JsonText { Text: { } text } && text.Length > 0 && Scanner.BeginsName(text[0]) && text.All(c => char.IsLetterOrDigit(c) || c is '_' or '-') ? text : null;

    /// <summary>The string read as an expression of HCL's own syntax; null where it is no string.</summary>
    public Expression? AsNative()
    {
        if (_node is not JsonText { Text: { } text })
        {
            return null;
        }

        Scanner scanner = new(new SourceText(Range.Source.Name, text));
        return new ExpressionParser(scanner).Parse();
    }

    public override void Visit(References references)
    {
        switch (_node)
        {
            case JsonText:
                _template.Value.Visit(references);
                break;
            case JsonArray array:
                foreach (JsonNode item in array.Items)
                {
                    new JsonExpression(item).Visit(references);
                }

                break;
            case JsonObject members:
                foreach (JsonMember member in members.Members)
                {
                    Template(new(member.Name, member.NameRange)).Visit(references);
                    new JsonExpression(member.Value).Visit(references);
                }

                break;
        }
    }

    protected override Value EvaluateCore(Scope scope, Diagnostics wrong)
    {
        switch (_node)
        {
            case JsonText:
                return _template.Value.Evaluate(scope, wrong);
            case JsonWord word:
                return word.Text switch
                {
                    "true" => Value.True,
                    "false" => Value.False,
                    "null" => Value.Null,
                    _ => Value.Number(BigNumber.Parse(word.Text)!),
                };
            case JsonArray array:
                return Value.Tuple([.. array.Items.Select(item => new JsonExpression(item).Evaluate(scope, wrong))]);
            default:
                return EvaluateObject((JsonObject)_node, scope, wrong);
        }
    }

    private Value EvaluateObject(JsonObject node, Scope scope, Diagnostics wrong)
    {
        Dictionary<string, Value> entries = [];
        Dictionary<string, SourceRange> places = [];
        bool isKnown = true;
        foreach (JsonMember member in node.Members)
        {
            Value name = Template(new(member.Name, member.NameRange)).Evaluate(scope, wrong);
            Value value = new JsonExpression(member.Value).Evaluate(scope, wrong);
            if (Conversion.ToText(name) is not { } key)
            {
                if (name.IsKnown)
                {
                    wrong.Add("Invalid object key expression", name.IsNull ? "Cannot use null value as an object key." : "Cannot use this expression as an object key: string required.", member.NameRange);
                }

                isKnown = false;
            }
            else if (places.TryGetValue(key, out SourceRange before))
            {
                wrong.Add("Duplicate object attribute", $"An attribute named \"{key}\" was already defined at {before.ToPlace()}.", member.NameRange);
            }
            else
            {
                places[key] = member.NameRange;
                entries[key] = value;
            }
        }

        return isKnown ? Value.Object(entries) : Value.Unknown;
    }

    private static Expression Template(JsonText text) => text.Text.Contains("${", StringComparison.Ordinal) || text.Text.Contains("%{", StringComparison.Ordinal)
        ? TemplateParser.ParseText(new SourceText(text.Range.Source.Name, text.Text), text.Range)
        : new LiteralExpression(Value.String(text.Text), text.Range);
}

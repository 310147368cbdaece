using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Quai.Compose.Yaml;

namespace Quai.Compose.Schema;

/// <summary>Holds a tree to the Compose Specification's JSON schema.</summary>
/// <param name="faults">What is wrong.</param>
internal sealed class SchemaCheck(FaultList faults)
{
    private static readonly Lazy<JsonElement> s_schema = new(ReadSchema);
    private static readonly Dictionary<string, Regex> s_patterns = [];

    /// <summary>Checks a whole file.</summary>
    public void Check(ComposeNode root) => Check(root, s_schema.Value, NodePath.Root, root.Place);

    private static JsonElement ReadSchema()
    {
        using Stream stream = typeof(SchemaCheck).Assembly.GetManifestResourceStream("compose-spec.json")!;
        using JsonDocument document = JsonDocument.Parse(stream);
        return document.RootElement.Clone();
    }

    private void Check(ComposeNode node, JsonElement schema, NodePath path, ComposePlace? place)
    {
        schema = Resolve(schema);
        if (schema.TryGetProperty("oneOf", out JsonElement alternatives))
        {
            CheckAlternatives(node, alternatives, path, place);
            return;
        }

        if (schema.TryGetProperty("type", out JsonElement types) && !IsOfType(node, types))
        {
            faults.Add(path, node.Place ?? place, (node as ComposeScalar)?.Text, $"{Named(path)}must be a {Types(types)}", $"a {Types(types)}");
            return;
        }

        if (schema.TryGetProperty("enum", out JsonElement values) && node is ComposeScalar one && !values.EnumerateArray().Any(value => value.GetString() == one.Text))
        {
            string expected = "one of " + string.Join(", ", values.EnumerateArray().Select(value => value.GetString()));
            faults.Add(path, node.Place ?? place, one.Text, $"{Named(path)}must be {expected}", expected);
        }

        CheckLimits(node, schema, path, place);
        switch (node)
        {
            case ComposeMapping mapping:
                CheckMapping(mapping, schema, path);
                break;
            case ComposeSequence sequence:
                CheckSequence(sequence, schema, path, place);
                break;
        }
    }

    /// <summary>Of several forms, the one of the same type is meant.</summary>
    private void CheckAlternatives(ComposeNode node, JsonElement alternatives, NodePath path, ComposePlace? place)
    {
        List<string> expected = [];
        foreach (JsonElement one in alternatives.EnumerateArray())
        {
            JsonElement alternative = Resolve(one);
            if (alternative.TryGetProperty("oneOf", out JsonElement more))
            {
                if (more.EnumerateArray().Any(inner => IsOfType(node, Resolve(inner).GetProperty("type"))))
                {
                    Check(node, alternative, path, place);
                    return;
                }

                expected.AddRange(more.EnumerateArray().Select(inner => Types(Resolve(inner).GetProperty("type"))));
                continue;
            }

            JsonElement types = alternative.GetProperty("type");
            if (IsOfType(node, types))
            {
                Check(node, alternative, path, place);
                return;
            }

            expected.Add(Types(types));
        }

        string all = string.Join(" or ", expected.Distinct());
        faults.Add(path, node.Place ?? place, (node as ComposeScalar)?.Text, $"{Named(path)}must be a {all}", $"a {all}");
    }

    private void CheckMapping(ComposeMapping mapping, JsonElement schema, NodePath path)
    {
        foreach (string key in mapping.Keys)
        {
            ComposeNode value = mapping[key]!;
            bool isKnown = false;
            if (schema.TryGetProperty("properties", out JsonElement properties) && properties.TryGetProperty(key, out JsonElement property))
            {
                isKnown = true;
                Check(value, property, path.Key(key), mapping.PlaceOf(key));
            }

            if (schema.TryGetProperty("patternProperties", out JsonElement patterns))
            {
                foreach (JsonProperty pattern in patterns.EnumerateObject().Where(pattern => Pattern(pattern.Name).IsMatch(key)))
                {
                    isKnown = true;
                    Check(value, pattern.Value, path.Key(key), mapping.PlaceOf(key));
                }
            }

            if (!isKnown && schema.TryGetProperty("additionalProperties", out JsonElement additional) && additional.ValueKind == JsonValueKind.False)
            {
                faults.Add(path.Key(key), mapping.PlaceOf(key), key, $"{Named(path)}additional properties '{key}' not allowed", "one of the keys that the specification has");
            }
        }

        if (schema.TryGetProperty("required", out JsonElement required))
        {
            foreach (string key in required.EnumerateArray().Select(name => name.GetString()!).Where(name => !mapping.Has(name) && !faults.Knows(path.Key(name))))
            {
                // One that was wrong has been taken out, and is not missing.
                faults.Add(path, mapping.Place, null, $"{Named(path)}missing property '{key}'", key);
            }
        }
    }

    private void CheckSequence(ComposeSequence sequence, JsonElement schema, NodePath path, ComposePlace? place)
    {
        if (schema.TryGetProperty("items", out JsonElement items))
        {
            for (int i = 0; i < sequence.Items.Count; i++)
            {
                Check(sequence.Items[i], items, path.Element(i), place);
            }
        }

        if (!schema.TryGetProperty("uniqueItems", out JsonElement unique) || unique.ValueKind != JsonValueKind.True)
        {
            return;
        }

        for (int i = 1; i < sequence.Items.Count; i++)
        {
            int earlier = sequence.List.FindIndex(0, i, item => item.SameAs(sequence.Items[i]));
            if (earlier >= 0)
            {
                faults.Add(path.Element(i), sequence.Items[i], $"{Named(path)}items at {earlier} and {i} are equal", "no element twice");
            }
        }
    }

    private void CheckLimits(ComposeNode node, JsonElement schema, NodePath path, ComposePlace? place)
    {
        if (node is not ComposeScalar scalar)
        {
            return;
        }

        if (scalar.Kind == ScalarKind.Text && schema.TryGetProperty("pattern", out JsonElement pattern) && !Pattern(pattern.GetString()!).IsMatch(scalar.Text))
        {
            faults.Add(path, scalar.Place ?? place, scalar.Text, $"{Named(path)}'{scalar.Text}' does not match pattern '{pattern.GetString()}'", pattern.GetString());
        }

        if (scalar.Kind is not (ScalarKind.Integer or ScalarKind.Float))
        {
            return;
        }

        if (schema.TryGetProperty("minimum", out JsonElement minimum) && scalar.Float < minimum.GetDouble())
        {
            faults.Add(path, scalar.Place ?? place, scalar.Text, $"{Named(path)}must be >= {minimum.GetRawText()} but found {scalar.Text}", "at least " + minimum.GetRawText());
        }

        if (schema.TryGetProperty("maximum", out JsonElement maximum) && scalar.Float > maximum.GetDouble())
        {
            faults.Add(path, scalar.Place ?? place, scalar.Text, $"{Named(path)}must be <= {maximum.GetRawText()} but found {scalar.Text}", "at most " + maximum.GetRawText());
        }
    }

    private static JsonElement Resolve(JsonElement schema)
    {
        while (schema.TryGetProperty("$ref", out JsonElement reference))
        {
            string name = reference.GetString()!;
            schema = s_schema.Value.GetProperty("definitions").GetProperty(name[(name.LastIndexOf('/') + 1)..]);
        }

        return schema;
    }

    private static bool IsOfType(ComposeNode node, JsonElement types) => types.ValueKind == JsonValueKind.Array
        ? types.EnumerateArray().Any(type => IsOfType(node, type.GetString()!))
        : IsOfType(node, types.GetString()!);

    private static bool IsOfType(ComposeNode node, string type) => type switch
    {
        "object" => node is ComposeMapping,
        "array" => node is ComposeSequence,
        "null" => node.IsNull,
        "string" => node is ComposeScalar { Kind: ScalarKind.Text },
        "boolean" => node is ComposeScalar { Kind: ScalarKind.Boolean },
        "number" => node is ComposeScalar { Kind: ScalarKind.Integer or ScalarKind.Float },
        "integer" => node is ComposeScalar { Kind: ScalarKind.Integer or ScalarKind.Float } number && number.Float == Math.Truncate(number.Float),
        _ => false,
    };

    private static string Types(JsonElement types) => types.ValueKind == JsonValueKind.Array
        ? string.Join(" or ", types.EnumerateArray().Select(type => Word(type.GetString()!)))
        : Word(types.GetString()!);

    private static string Word(string type) => type == "object" ? "mapping" : type;

    private static string Named(NodePath path) => path.Depth == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"{path} ");

    private static Regex Pattern(string pattern)
    {
        lock (s_patterns)
        {
            if (!s_patterns.TryGetValue(pattern, out Regex? regex))
            {
                s_patterns[pattern] = regex = new(pattern, RegexOptions.CultureInvariant);
            }

            return regex;
        }
    }
}

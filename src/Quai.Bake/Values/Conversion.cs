using System.Runtime.CompilerServices;

namespace Quai.Bake.Values;

/// <summary>Conversions of values to types, and the types that several can be converted to.</summary>
internal static class Conversion
{
    /// <summary>The value as the type; null where it cannot be converted, with what is wrong.</summary>
    public static Value? Convert(Value value, HclType want, out string? wrong)
    {
        wrong = null;
        if (!value.IsKnown || want.Kind == TypeKind.Dynamic || value.Type.Equals(want))
        {
            return value;
        }

        if (value.IsNull)
        {
            if (value.Type.Kind == TypeKind.Dynamic || IsPossible(value.Type, want))
            {
                return Value.NullOf(want);
            }

            wrong = Required(want);
            return null;
        }

        RuntimeHelpers.EnsureSufficientExecutionStack();
        return want.Kind switch
        {
            TypeKind.String => ToText(value) is { } text ? Value.String(text) : Wrong(want, out wrong),
            TypeKind.Number => value.Type.Kind == TypeKind.String ? ToNumber(value.AsString, out wrong) : Wrong(want, out wrong),
            TypeKind.Bool => value.Type.Kind == TypeKind.String ? ToBool(value.AsString, out wrong) : Wrong(want, out wrong),
            TypeKind.List or TypeKind.Set => ToSequence(value, want, out wrong),
            TypeKind.Map => ToMap(value, want, out wrong),
            TypeKind.Tuple => ToTuple(value, want, out wrong),
            TypeKind.Object => ToObject(value, want, out wrong),
            _ => Wrong(want, out wrong),
        };
    }

    /// <summary>The text of a string, number or bool; null for other values.</summary>
    public static string? ToText(Value value) => value.IsNull || !value.IsKnown ? null : value.Type.Kind switch
    {
        TypeKind.String => value.AsString,
        TypeKind.Number => value.AsNumber.ToString(),
        TypeKind.Bool => value.AsBool ? "true" : "false",
        _ => null,
    };

    /// <summary>What a message says where a value of this type was wanted.</summary>
    public static string Required(HclType want) => want.FriendlyNameAsConstraint + " required";

    private static Value? Wrong(HclType want, out string? wrong)
    {
        wrong = Required(want);
        return null;
    }

    private static Value? ToNumber(string text, out string? wrong)
    {
        BigNumber? number = BigNumber.Parse(text);
        wrong = number is null ? "a number is required" : null;
        return number is null ? null : Value.Number(number);
    }

    private static Value? ToBool(string text, out string? wrong)
    {
        wrong = null;
        switch (text)
        {
            case "true" or "1":
                return Value.True;
            case "false" or "0":
                return Value.False;
        }

        wrong = text.ToLowerInvariant() switch
        {
            "true" => "a bool is required; to convert from string, use lowercase \"true\"",
            "false" => "a bool is required; to convert from string, use lowercase \"false\"",
            _ => "a bool is required",
        };
        return null;
    }

    private static Value? ToSequence(Value value, HclType want, out string? wrong)
    {
        if (!value.Type.IsSequence)
        {
            return Wrong(want, out wrong);
        }

        HclType? element = want.Element;
        if (element.Kind == TypeKind.Dynamic)
        {
            element = Unification.Unify(value.Items.Select(item => item.Type));
            if (element is null)
            {
                wrong = $"all {(want.Kind == TypeKind.Set ? "set" : "list")} elements must have the same type";
                return null;
            }
        }

        List<Value> items = new(value.Count);
        foreach (Value item in value.Items)
        {
            if (Convert(item, element, out wrong) is not { } converted)
            {
                // A tuple that can never become such a list is refused as a whole; an element that happens not to fit, by itself.
                wrong = IsPossible(value.Type, want) ? wrong : value.Type.Kind == TypeKind.Tuple && !IsPossible(item.Type, element) ? $"element {items.Count}: {wrong}" : Required(want);
                return null;
            }

            items.Add(converted);
        }

        wrong = null;
        return want.Kind == TypeKind.Set ? Value.Set(element, items) : Value.List(element, items);
    }

    private static Value? ToMap(Value value, HclType want, out string? wrong)
    {
        if (!value.Type.IsMapping)
        {
            return Wrong(want, out wrong);
        }

        HclType? element = want.Element;
        if (element.Kind == TypeKind.Dynamic)
        {
            element = Unification.Unify(value.Items.Select(item => item.Type));
            if (element is null)
            {
                wrong = "all map elements must have the same type";
                return null;
            }
        }

        List<KeyValuePair<string, Value>> entries = new(value.Count);
        foreach ((string key, Value item) in value.AsMap)
        {
            if (Convert(item, element, out wrong) is not { } converted)
            {
                wrong = value.Type.Kind == TypeKind.Object && !IsPossible(item.Type, element) ? $"element \"{key}\": {wrong}" : wrong;
                return null;
            }

            entries.Add(new(key, converted));
        }

        wrong = null;
        return Value.Map(element, entries);
    }

    private static Value? ToTuple(Value value, HclType want, out string? wrong)
    {
        if (!value.Type.IsSequence || value.Count != want.Elements.Count)
        {
            return Wrong(want, out wrong);
        }

        List<Value> items = new(value.Count);
        for (int i = 0; i < value.Count; i++)
        {
            if (Convert(value.Items[i], want.Elements[i], out wrong) is not { } converted)
            {
                wrong = $"element {i}: {wrong}";
                return null;
            }

            items.Add(converted);
        }

        wrong = null;
        return Value.Tuple(items);
    }

    private static Value? ToObject(Value value, HclType want, out string? wrong)
    {
        if (!value.Type.IsMapping)
        {
            return Wrong(want, out wrong);
        }

        SortedDictionary<string, Value> given = value.AsMap;
        string[] missing = [.. want.Attributes.Keys.Where(name => !given.ContainsKey(name) && !want.Optional.Contains(name))];
        if (missing.Length > 0)
        {
            wrong = missing.Length == 1 ? $"attribute \"{missing[0]}\" is required" : $"attributes {Listed(missing)} are required";
            return null;
        }

        List<KeyValuePair<string, Value>> entries = [];
        foreach ((string name, HclType type) in want.Attributes)
        {
            if (!given.TryGetValue(name, out Value? item))
            {
                entries.Add(new(name, Value.NullOf(type)));
                continue;
            }

            if (Convert(item, type, out wrong) is not { } converted)
            {
                wrong = $"attribute \"{name}\": {wrong}";
                return null;
            }

            entries.Add(new(name, converted));
        }

        wrong = null;
        return Value.Object(entries);
    }

    /// <summary>Names in quotes: <c>"a", "b", and "c"</c>.</summary>
    private static string Listed(string[] names) => names.Length == 2
        ? $"\"{names[0]}\" and \"{names[1]}\""
        : string.Join(", ", names[..^1].Select(name => $"\"{name}\"")) + $", and \"{names[^1]}\"";

    /// <summary>Whether some value of a type can be converted to another type.</summary>
    public static bool IsPossible(HclType from, HclType to)
    {
        if (to.Kind == TypeKind.Dynamic || from.Kind == TypeKind.Dynamic || from.Equals(to))
        {
            return true;
        }

        RuntimeHelpers.EnsureSufficientExecutionStack();
        return to.Kind switch
        {
            TypeKind.String => from.IsPrimitive,
            TypeKind.Number or TypeKind.Bool => from.Kind == TypeKind.String,
            TypeKind.List or TypeKind.Set => from.Kind is TypeKind.List or TypeKind.Set ? IsPossible(from.Element, to.Element) : from.Kind == TypeKind.Tuple && from.Elements.All(element => IsPossible(element, to.Element)),
            TypeKind.Map => from.Kind == TypeKind.Map ? IsPossible(from.Element, to.Element) : from.Kind == TypeKind.Object && from.Attributes.Values.All(type => IsPossible(type, to.Element)),
            TypeKind.Tuple => from.Kind == TypeKind.Tuple && from.Elements.Count == to.Elements.Count && from.Elements.Zip(to.Elements).All(pair => IsPossible(pair.First, pair.Second)),
            TypeKind.Object => from.Kind == TypeKind.Map || (from.Kind == TypeKind.Object && to.Attributes.All(attribute => from.Attributes.TryGetValue(attribute.Key, out HclType? type) ? IsPossible(type, attribute.Value) : to.Optional.Contains(attribute.Key))),
            _ => false,
        };
    }
}

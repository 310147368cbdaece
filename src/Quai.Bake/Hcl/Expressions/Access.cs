using Quai.Bake.Values;

namespace Quai.Bake.Hcl.Expressions;

/// <summary>Looks into values: attributes and indexes.</summary>
internal static class Access
{
    /// <summary>The value at the end of a way.</summary>
    public static Value Follow(Value value, IEnumerable<TraversalStep> steps, Diagnostics wrong)
    {
        foreach (TraversalStep step in steps)
        {
            value = step.Name is { } name ? Attribute(value, name, step.Range, wrong) : Index(value, step.Key!, step.Range, wrong);
            if (!value.IsKnown)
            {
                return value;
            }
        }

        return value;
    }

    /// <summary>An attribute of an object or an entry of a map.</summary>
    public static Value Attribute(Value value, string name, SourceRange range, Diagnostics wrong)
    {
        if (!value.IsKnown)
        {
            return Value.Unknown;
        }

        if (value.IsNull)
        {
            wrong.Add("Attempt to get attribute from null value", "This value is null, so it does not have any attributes.", range);
            return Value.Unknown;
        }

        switch (value.Type.Kind)
        {
            case TypeKind.Object when value.AsMap.TryGetValue(name, out Value? found):
                return found;
            case TypeKind.Object:
                wrong.Add("Unsupported attribute", $"This object does not have an attribute named \"{name}\".", range);
                return Value.Unknown;
            case TypeKind.Map when value.AsMap.TryGetValue(name, out Value? found):
                return found;
            case TypeKind.Map:
                wrong.Add("Missing map element", $"This map does not have an element with the key \"{name}\".", range);
                return Value.Unknown;
            case TypeKind.String or TypeKind.Number or TypeKind.Bool:
                wrong.Add("Unsupported attribute", $"Can't access attributes on a primitive-typed value ({value.Type.FriendlyName}).", range);
                return Value.Unknown;
            case TypeKind.List when value.Type.Element.IsMapping:
                wrong.Add("Unsupported attribute", $"Can't access attributes on a list of objects. Did you mean to access attribute \"{name}\" for a specific element of the list, or across all elements of the list?", range);
                return Value.Unknown;
            default:
                wrong.Add("Unsupported attribute", "This value does not have any attributes.", range);
                return Value.Unknown;
        }
    }

    /// <summary>An element by its index, or an entry by its key.</summary>
    public static Value Index(Value value, Value key, SourceRange range, Diagnostics wrong)
    {
        if (!value.IsKnown || !key.IsKnown)
        {
            return Value.Unknown;
        }

        if (value.IsNull)
        {
            wrong.Add("Attempt to index null value", "This value is null, so it does not have any indices.", range);
            return Value.Unknown;
        }

        if (key.IsNull)
        {
            wrong.Add("Invalid index", "Can't use a null value as an indexing key.", range);
            return Value.Unknown;
        }

        switch (value.Type.Kind)
        {
            case TypeKind.List or TypeKind.Tuple:
                return Element(value, key, range, wrong);
            case TypeKind.Map or TypeKind.Object:
                if (Conversion.ToText(key) is not { } name)
                {
                    wrong.Add("Invalid index", "The given key does not identify an element in this collection value: string required.", range);
                    return Value.Unknown;
                }

                if (value.AsMap.TryGetValue(name, out Value? found))
                {
                    return found;
                }

                wrong.Add("Invalid index", "The given key does not identify an element in this collection value.", range);
                return Value.Unknown;
            case TypeKind.Set:
                wrong.Add("Invalid index", "Elements of a set are identified only by their value and don't have any separate index or key to select with, so it's only possible to perform operations across all elements of the set.", range);
                return Value.Unknown;
            default:
                wrong.Add("Invalid index", "This value does not have any indices.", range);
                return Value.Unknown;
        }
    }

    private static Value Element(Value value, Value key, SourceRange range, Diagnostics wrong)
    {
        const string NoElement = "The given key does not identify an element in this collection value";
        if (Conversion.Convert(key, HclType.Number, out string? reason) is not { } number)
        {
            wrong.Add("Invalid index", $"{NoElement}: {reason}.", range);
            return Value.Unknown;
        }

        if (number.AsNumber.ToInt32() is not { } index)
        {
            wrong.Add("Invalid index", number.AsNumber.IsInteger
                ? $"{NoElement}: the given index is greater than or equal to the length of the collection."
                : $"{NoElement}: indexing a sequence requires a whole number, but the given index ({number.AsNumber}) has a fractional part.", range);
            return Value.Unknown;
        }

        if (index >= 0 && index < value.Count)
        {
            return value.Items[index];
        }

        string why = index < 0 ? ": a negative number is not a valid index for a sequence" : value.Count == 0 ? ": the collection has no elements" : "";
        wrong.Add("Invalid index", $"{NoElement}{why}.", range);
        return Value.Unknown;
    }
}

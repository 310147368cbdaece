using Quai.Bake.Hcl.Expressions;
using Quai.Bake.Values;

namespace Quai.Bake.Hcl.Functions;

/// <summary>Reads types as they are written: <c>list(string)</c>.</summary>
internal static class TypeConstraint
{
    private const string Invalid = "Invalid type specification";

    /// <summary>The type that an expression names.</summary>
    /// <exception cref="BakeException">It names none.</exception>
    public static HclType Read(Expression expression, bool isConstraint)
    {
        if (expression.Keyword is { } keyword)
        {
            return keyword switch
            {
                "bool" => HclType.Bool,
                "string" => HclType.String,
                "number" => HclType.Number,
                "any" when isConstraint => HclType.Dynamic,
                "any" => throw Error("The keyword \"any\" cannot be used in this type specification: an exact type is required.", expression.Range),
                "list" or "map" or "set" => throw Error($"The {keyword} type constructor requires one argument specifying the element type.", expression.Range),
                "object" => throw Error("The object type constructor requires one argument specifying the attribute types and values as a map.", expression.Range),
                "tuple" => throw Error("The tuple type constructor requires one argument specifying the element types as a list.", expression.Range),
                _ => throw Error($"The keyword \"{keyword}\" is not a valid type specification.", expression.Range),
            };
        }

        if (expression is not CallExpression call)
        {
            throw Error("A type specification is either a primitive type keyword (bool, number, string) or a complex type constructor call, like list(string).", expression.Range);
        }

        if (call.Name is "bool" or "string" or "number" or "any")
        {
            throw Error($"Primitive type keyword \"{call.Name}\" does not expect arguments.", call.Range);
        }

        if (call.Arguments.Count != 1)
        {
            throw Error(call.Name switch
            {
                "list" or "set" or "map" => $"The {call.Name} type constructor requires one argument specifying the element type.",
                "object" => "The object type constructor requires one argument specifying the attribute types and values as a map.",
                "tuple" => "The tuple type constructor requires one argument specifying the element types as a list.",
                _ => $"Keyword \"{call.Name}\" is not a valid type constructor.",
            }, call.Range);
        }

        return call.Name switch
        {
            "list" => HclType.List(Read(call.Arguments[0], isConstraint)),
            "set" => HclType.Set(Read(call.Arguments[0], isConstraint)),
            "map" => HclType.Map(Read(call.Arguments[0], isConstraint)),
            "tuple" => ReadTuple(call.Arguments[0], isConstraint),
            "object" => ReadObject(call.Arguments[0], isConstraint),
            "optional" => throw Error("Keyword \"optional\" is valid only as a modifier for object type attributes.", call.Range),
            _ => throw Error($"Keyword \"{call.Name}\" is not a valid type constructor.", call.Range),
        };
    }

    private static HclType ReadTuple(Expression argument, bool isConstraint) => argument.Elements is { } elements
        ? HclType.Tuple(elements.Select(element => Read(element, isConstraint)))
        : throw Error("Tuple type constructor requires a list of element types.", argument.Range);

    private static HclType ReadObject(Expression argument, bool isConstraint)
    {
        if (argument is not ObjectExpression { Entries: { } entries })
        {
            throw Error("Object type constructor requires a map whose keys are attribute names and whose values are the corresponding attribute types.", argument.Range);
        }

        List<KeyValuePair<string, HclType>> attributes = [];
        HashSet<string> optional = [];
        foreach ((Expression key, Expression value) in entries)
        {
            if (key.Keyword is not { } name)
            {
                throw Error("Object constructor map keys must be attribute names.", key.Range);
            }

            Expression type = value;
            if (value is CallExpression { Name: "optional" } modifier)
            {
                type = modifier.Arguments.Count switch
                {
                    1 => modifier.Arguments[0],
                    0 => throw Error("Optional attribute modifier requires the attribute type as its argument.", modifier.Range),
                    _ => throw Error("Optional attribute modifier expects only one argument: the attribute type.", modifier.Range),
                };
                optional.Add(name);
            }

            attributes.Add(new(name, Read(type, isConstraint)));
        }

        return HclType.Object(attributes, optional);
    }

    private static BakeException Error(string detail, SourceRange range) => Diagnostics.Error(Invalid, detail, range);
}

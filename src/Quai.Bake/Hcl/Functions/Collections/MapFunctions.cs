using Quai.Bake.Values;

namespace Quai.Bake.Hcl.Functions.Collections;

/// <summary>Functions of maps and objects.</summary>
internal static class MapFunctions
{
    public static void AddTo(FunctionTable table)
    {
        table.Add("keys", "inputMap:any", a => Keys(Mapping(a[0], "must have map or object type")));
        table.Add("values", "values:any", a => Values(Mapping(a[0], "values() requires a map as the first argument", null)));
        table.Add("lookup", "inputMap:any key:string default:any?", a => Mapping(a[0], "lookup() requires a map as the first argument").AsMap.TryGetValue(a[1].AsString, out Value? found) ? found : a[2]);
        table.Add("merge", "...maps:any?", Merge);
        table.Add("zipmap", "keys:strings values:any", a => Zip(a[0], a[1]));
    }

    private static Value Mapping(Value value, string wrong, int? argument = 0) => value.Type.IsMapping
        ? value
        : throw new FunctionException(wrong, argument);

    private static Value Keys(Value map) => map.Type.Kind == TypeKind.Map
        ? Value.List(map.AsMap.Keys)
        : Value.Tuple(map.AsMap.Keys.Select(Value.String));

    private static Value Values(Value map) => map.Type.Kind == TypeKind.Map
        ? Value.List(map.Type.Element, map.Items)
        : Value.Tuple(map.Items);

    private static Value Merge(Value[] a)
    {
        Dictionary<string, Value> merged = [];
        for (int i = 0; i < a.Length; i++)
        {
            if (a[i].IsNull)
            {
                continue;
            }

            if (!a[i].Type.IsMapping)
            {
                throw new FunctionException($"arguments must be maps or objects, got \"{a[i].Type.FriendlyName}\"");
            }

            foreach ((string key, Value value) in a[i].AsMap)
            {
                merged[key] = value;
            }
        }

        Value[] given = [.. a.Where(map => !map.IsNull)];
        return given.Length > 0 && given.All(map => map.Type.Kind == TypeKind.Map && map.Type.Equals(given[0].Type))
            ? Value.Map(given[0].Type.Element, merged)
            : Value.Object(merged);
    }

    private static Value Zip(Value keys, Value values)
    {
        if (values.Type.Kind is not (TypeKind.List or TypeKind.Tuple))
        {
            throw new FunctionException("values argument must be a list or tuple value");
        }

        if (keys.Count != values.Count)
        {
            throw new FunctionException($"number of keys ({keys.Count}) does not match number of values ({values.Count})");
        }

        Dictionary<string, Value> zipped = [];
        for (int i = 0; i < keys.Count; i++)
        {
            zipped[keys.Items[i].IsNull ? throw new FunctionException("keys must not be null", 0) : keys.Items[i].AsString] = values.Items[i];
        }

        return values.Type.Kind == TypeKind.List ? Value.Map(values.Type.Element, zipped) : Value.Object(zipped);
    }
}

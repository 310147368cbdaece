using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;

namespace Quai.Daemon.Tests.Requests;

/// <summary>A document of a type in which every member has a value, made from what the source generator knows of the type.</summary>
internal static class SampleDocument
{
    /// <summary>Makes one.</summary>
    public static JsonObject Of(JsonTypeInfo type)
    {
        JsonObject document = [];
        foreach (JsonPropertyInfo property in type.Properties.Where(p => p.Set is not null))
        {
            document[property.Name] = Value(property.PropertyType, type);
        }

        return document;
    }

    /// <summary>Every member of every object in a document, as the way to it: names, and places in lists.</summary>
    public static IEnumerable<object[]> Members(JsonNode? node, object[] above, JsonTypeInfo type)
    {
        if (node is JsonObject map)
        {
            foreach ((string name, JsonNode? value) in map)
            {
                object[] path = [.. above, name];
                Type inner = type.Kind == JsonTypeInfoKind.Object ? type.Properties.Single(p => p.Name == name).PropertyType : type.ElementType!;
                if (type.Kind == JsonTypeInfoKind.Object)
                {
                    yield return path;
                }

                foreach (object[] below in Members(value, path, Info(inner, type)))
                {
                    yield return below;
                }
            }
        }
        else if (node is JsonArray list)
        {
            foreach (object[] below in Members(list[0], [.. above, 0], Info(type.ElementType!, type)))
            {
                yield return below;
            }
        }
    }

    /// <summary>A copy in which the member at the end of a path is changed.</summary>
    public static JsonObject With(JsonObject document, object[] path, Action<JsonObject, string> change)
    {
        JsonObject copy = document.DeepClone().AsObject();
        JsonNode node = copy;
        foreach (object step in path[..^1])
        {
            node = step is int place ? node[place]! : node[(string)step]!;
        }

        change(node.AsObject(), (string)path[^1]);
        return copy;
    }

    private static JsonNode Value(Type type, JsonTypeInfo context)
    {
        Type plain = Nullable.GetUnderlyingType(type) ?? type;
        if (plain == typeof(string))
        {
            return "text";
        }

        if (plain == typeof(bool))
        {
            return true;
        }

        if (plain.IsPrimitive)
        {
            return 7;
        }

        if (plain == typeof(System.Text.Json.JsonElement))
        {
            return new JsonObject();
        }

        JsonTypeInfo info = Info(plain, context);
        return info.Kind switch
        {
            JsonTypeInfoKind.Object => Of(info),
            JsonTypeInfoKind.Dictionary => new JsonObject { ["key"] = Value(info.ElementType!, context) },
            JsonTypeInfoKind.Enumerable => new JsonArray(Value(info.ElementType!, context)),
            _ => throw new InvalidOperationException($"no sample of {type}"),
        };
    }

    private static JsonTypeInfo Info(Type type, JsonTypeInfo context) => context.Options.GetTypeInfo(Nullable.GetUnderlyingType(type) ?? type);
}

using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;

namespace Quai.Fuzzing;

/// <summary>Documents that have every member of a type, so that a member added later is tried, too.</summary>
public static class JsonSamples
{
    private const int MaxDepth = 8;

    /// <summary>A document of the type, with one element in each list and map.</summary>
    public static byte[] Of(JsonTypeInfo type) => Encoding.UTF8.GetBytes((Node(type, 0) ?? new JsonObject()).ToJsonString());

    private static JsonNode? Node(JsonTypeInfo type, int depth)
    {
        if (depth > MaxDepth)
        {
            return null;
        }

        switch (type.Kind)
        {
            case JsonTypeInfoKind.Object:
                JsonObject members = [];
                foreach (JsonPropertyInfo member in type.Properties)
                {
                    members[member.Name] = Value(type, member.PropertyType, depth);
                }

                return members;
            case JsonTypeInfoKind.Enumerable:
                return new JsonArray(Value(type, type.ElementType!, depth));
            case JsonTypeInfoKind.Dictionary:
                return new JsonObject { ["a"] = Value(type, type.ElementType!, depth) };
            default:
                return Scalar(type.Type);
        }
    }

    private static JsonNode? Value(JsonTypeInfo parent, Type type, int depth)
    {
        Type plain = Nullable.GetUnderlyingType(type) ?? type;
        return Scalar(plain) ?? Node(parent.Options.GetTypeInfo(plain), depth + 1);
    }

    private static JsonNode? Scalar(Type type) =>
        type == typeof(string) ? "a"
        : type == typeof(bool) ? true
        : type == typeof(DateTimeOffset) || type == typeof(DateTime) ? "2024-01-02T03:04:05.678901234Z"
        : type == typeof(JsonElement) || type == typeof(JsonNode) ? new JsonObject()
        : type.IsEnum ? 0
        : type.IsPrimitive ? 1
        : null;
}

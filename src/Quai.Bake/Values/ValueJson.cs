using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Quai.Bake.Printing;

namespace Quai.Bake.Values;

/// <summary>Values as JSON.</summary>
internal static class ValueJson
{
    /// <summary>The compact text, names in order.</summary>
    public static string Write(Value value)
    {
        StringBuilder text = new();
        Write(value, text);
        return text.ToString();
    }

    /// <summary>Reads a document: arrays become tuples, objects become objects.</summary>
    /// <exception cref="JsonException">It is not JSON.</exception>
    public static Value Read(string text)
    {
        using JsonDocument document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = Limits.Deepest });
        return Read(document.RootElement);
    }

    private static Value Read(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.String => Value.String(GoJson.TextOf(element)),
        JsonValueKind.Number => Value.Number(BigNumber.Parse(element.GetRawText()) ?? BigNumber.Of(0)),
        JsonValueKind.True => Value.True,
        JsonValueKind.False => Value.False,
        JsonValueKind.Array => Value.Tuple(element.EnumerateArray().Select(Read)),
        JsonValueKind.Object => Value.Object(element.EnumerateObject().Select(member => KeyValuePair.Create(member.Name, Read(member.Value)))),
        _ => Value.Null,
    };

    /// <summary>The compact text together with the type, as a value of any type is written.</summary>
    public static string WriteWithType(Value value)
    {
        StringBuilder text = new("{\"value\":");
        Write(value, text);
        text.Append(",\"type\":");
        Write(value.Type, text);
        return text.Append('}').ToString();
    }

    private static void Write(HclType type, StringBuilder text)
    {
        switch (type.Kind)
        {
            case TypeKind.List or TypeKind.Set or TypeKind.Map:
                text.Append("[\"").Append(type.Kind.ToString().ToLowerInvariant()).Append("\",");
                Write(type.Element, text);
                text.Append(']');
                break;
            case TypeKind.Tuple:
                text.Append("[\"tuple\",[");
                for (int i = 0; i < type.Elements.Count; i++)
                {
                    text.Append(i > 0 ? "," : "");
                    Write(type.Elements[i], text);
                }

                text.Append("]]");
                break;
            case TypeKind.Object:
                text.Append("[\"object\",{");
                bool first = true;
                foreach ((string name, HclType attribute) in type.Attributes)
                {
                    text.Append(first ? "" : ",");
                    first = false;
                    GoJson.Quote(name, text);
                    text.Append(':');
                    Write(attribute, text);
                }

                text.Append("}]");
                break;
            default:
                text.Append('"').Append(type.FriendlyName).Append('"');
                break;
        }
    }

    private static void Write(Value value, StringBuilder text)
    {
        if (value.IsNull || !value.IsKnown)
        {
            text.Append("null");
            return;
        }

        RuntimeHelpers.EnsureSufficientExecutionStack();
        switch (value.Type.Kind)
        {
            case TypeKind.String:
                GoJson.Quote(value.AsString, text);
                break;
            case TypeKind.Number:
                text.Append(value.AsNumber);
                break;
            case TypeKind.Bool:
                text.Append(value.AsBool ? "true" : "false");
                break;
            case TypeKind.List or TypeKind.Set or TypeKind.Tuple:
                text.Append('[');
                for (int i = 0; i < value.Count; i++)
                {
                    text.Append(i > 0 ? "," : "");
                    Write(value.Items[i], text);
                }

                text.Append(']');
                break;
            case TypeKind.Map or TypeKind.Object:
                text.Append('{');
                bool first = true;
                foreach ((string key, Value item) in value.AsMap)
                {
                    text.Append(first ? "" : ",");
                    first = false;
                    GoJson.Quote(key, text);
                    text.Append(':');
                    Write(item, text);
                }

                text.Append('}');
                break;
        }
    }
}

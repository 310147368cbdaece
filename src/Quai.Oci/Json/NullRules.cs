using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Quai.Oci.Json;

/// <summary>
/// What JSON's null means in documents from outside. To Go, and so to everybody who writes such documents, a null member is an absent one:
/// what a type declares as never null keeps its value, and a number is zero. A null in a list is refused in documents about images, whose types do not
/// expect it. The character NUL in a string is refused everywhere, since the kernel's strings end there: it would see another path or argument than was checked.
/// </summary>
public static class NullRules
{
    /// <summary>The context's types, read by these rules.</summary>
    /// <param name="context">The types.</param>
    /// <param name="more">Converters of types with rules of their own.</param>
    public static JsonSerializerOptions For(JsonSerializerContext context, params ReadOnlySpan<JsonConverter> more)
    {
        var options = new JsonSerializerOptions(context.Options) { TypeInfoResolver = ((IJsonTypeInfoResolver)context).WithAddedModifier(KeepDefaults) };
        options.Converters.Add(new TextMapConverter());
        ZeroForNull.AddTo(options.Converters);
        foreach (JsonConverter converter in more)
        {
            options.Converters.Add(converter);
        }

        return options;
    }

    /// <summary>Refuses a document that has a null in a list, or a NUL in a string.</summary>
    /// <exception cref="JsonException">It has one (the message says where), or it is not JSON.</exception>
    public static void Check(ReadOnlySpan<byte> json) => Check(json, refuseNullInLists: true);

    /// <summary>Refuses a document that has a NUL in a string.</summary>
    /// <exception cref="JsonException">It has one (the message says where), or it is not JSON.</exception>
    public static void CheckTexts(ReadOnlySpan<byte> json) => Check(json, refuseNullInLists: false);

    private static void Check(ReadOnlySpan<byte> json, bool refuseNullInLists)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 64, AllowMultipleValues = true });

        // One bit per level: whether it is a list.
        ulong lists = 0;
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.StartArray:
                    lists = (lists << 1) | 1;
                    break;
                case JsonTokenType.StartObject:
                    lists <<= 1;
                    break;
                case JsonTokenType.EndArray or JsonTokenType.EndObject:
                    lists >>= 1;
                    break;
                case JsonTokenType.String or JsonTokenType.PropertyName when reader.ValueIsEscaped && HasNul(ref reader):
                    throw new JsonException($"a text has a NUL in it, at byte {reader.TokenStartIndex}");
                case JsonTokenType.Null when refuseNullInLists && (lists & 1) == 1:
                    throw new JsonException($"a list has a null in it, at byte {reader.TokenStartIndex}");
            }
        }
    }

    private static bool HasNul(ref Utf8JsonReader reader)
    {
        if (reader.ValueSpan.IndexOf("\\u0000"u8) < 0)
        {
            return false;
        }

        try
        {
            return reader.GetString()!.Contains('\0', StringComparison.Ordinal);
        }
        catch (InvalidOperationException e)
        {
            throw new JsonException($"a text is no Unicode, at byte {reader.TokenStartIndex}", e);
        }
    }

    private static void KeepDefaults(JsonTypeInfo type)
    {
        foreach (JsonPropertyInfo property in type.Properties)
        {
            if (!property.IsSetNullable && property.Set is { } set)
            {
                property.Set = (target, value) =>
                {
                    if (value is not null)
                    {
                        set(target, value);
                    }
                };
            }
        }
    }

    /// <summary>Maps of strings, in which null is the empty string.</summary>
    private sealed class TextMapConverter : JsonConverter<Dictionary<string, string>>
    {
        public override Dictionary<string, string>? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                throw new JsonException("an object is expected");
            }

            Dictionary<string, string> map = [];
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                string name = reader.GetString()!;
                reader.Read();
                map[name] = reader.TokenType switch
                {
                    JsonTokenType.String => reader.GetString()!,
                    JsonTokenType.Null => "",
                    _ => throw new JsonException("a text is expected"),
                };
            }

            return map;
        }

        public override void Write(Utf8JsonWriter writer, Dictionary<string, string> value, JsonSerializerOptions options)
        {
            writer.WriteStartObject();
            foreach ((string name, string text) in value)
            {
                writer.WriteString(name, text);
            }

            writer.WriteEndObject();
        }
    }
}

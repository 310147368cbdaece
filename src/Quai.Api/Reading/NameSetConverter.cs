using System.Text.Json;
using System.Text.Json.Serialization;

namespace Quai.Api.Reading;

/// <summary>Sets of names (ports, volumes), which the API writes as maps to empty objects. Null is an empty object, too.</summary>
internal sealed class NameSetConverter : JsonConverter<Dictionary<string, JsonElement>>
{
    private static readonly JsonElement s_empty = JsonElement.Parse("{}");

    /// <inheritdoc/>
    public override Dictionary<string, JsonElement>? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException();
        }

        Dictionary<string, JsonElement> names = [];
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = reader.GetString()!;
            reader.Read();
            if (reader.TokenType is not (JsonTokenType.StartObject or JsonTokenType.Null))
            {
                throw new JsonException();
            }

            reader.Skip();
            names[name] = s_empty;
        }

        return names;
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, Dictionary<string, JsonElement> value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        foreach (string name in value.Keys)
        {
            writer.WritePropertyName(name);
            s_empty.WriteTo(writer);
        }

        writer.WriteEndObject();
    }
}

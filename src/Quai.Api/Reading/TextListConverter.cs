using System.Text.Json;
using System.Text.Json.Serialization;

namespace Quai.Api.Reading;

/// <summary>Lists of strings, in which null is the empty string.</summary>
internal sealed class TextListConverter : JsonConverter<List<string>>
{
    /// <summary>Reads the strings after a list's opening bracket, and the closing one.</summary>
    /// <exception cref="JsonException">An element is not a string.</exception>
    public static List<string> ReadItems(ref Utf8JsonReader reader)
    {
        List<string> items = [];
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            items.Add(reader.TokenType switch
            {
                JsonTokenType.String => reader.GetString()!,
                JsonTokenType.Null => "",
                _ => throw new JsonException(),
            });
        }

        return items;
    }

    /// <inheritdoc/>
    public override List<string>? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.StartArray ? ReadItems(ref reader) : throw new JsonException();

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, List<string> value, JsonSerializerOptions options)
    {
        writer.WriteStartArray();
        foreach (string item in value)
        {
            writer.WriteStringValue(item);
        }

        writer.WriteEndArray();
    }
}

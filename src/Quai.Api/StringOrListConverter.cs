using System.Text.Json;
using System.Text.Json.Serialization;
using Quai.Api.Reading;

namespace Quai.Api;

/// <summary>Reads what Docker's API accepts as either one string or a list of strings; writes a list.</summary>
public sealed class StringOrListConverter : JsonConverter<List<string>>
{
    /// <inheritdoc/>
    public override List<string>? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.Null:
                return null;
            case JsonTokenType.String:
                return [reader.GetString()!];
            case JsonTokenType.StartArray:
                return TextListConverter.ReadItems(ref reader);
            default:
                throw new JsonException("a string or a list of strings is expected");
        }
    }

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

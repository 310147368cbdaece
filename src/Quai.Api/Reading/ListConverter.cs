using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Quai.Api.Reading;

/// <summary>Lists of objects or of lists.</summary>
/// <param name="zero">What null stands for in such a list; null to refuse it, where Docker's type is a pointer that it does not expect to be nil.</param>
internal sealed class ListConverter<T>(Func<T>? zero) : JsonConverter<List<T>>
    where T : class
{
    /// <inheritdoc/>
    public override List<T>? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw new JsonException();
        }

        var type = (JsonTypeInfo<T>)options.GetTypeInfo(typeof(T));
        List<T> items = [];
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            items.Add(
                reader.TokenType != JsonTokenType.Null ? JsonSerializer.Deserialize(ref reader, type)!
                : zero is not null ? zero()
                : throw new JsonException());
        }

        return items;
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, List<T> value, JsonSerializerOptions options)
    {
        var type = (JsonTypeInfo<T>)options.GetTypeInfo(typeof(T));
        writer.WriteStartArray();
        foreach (T item in value)
        {
            JsonSerializer.Serialize(writer, item, type);
        }

        writer.WriteEndArray();
    }
}

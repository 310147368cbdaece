using System.Text.Json;
using System.Text.Json.Serialization;

namespace Quai.Oci.Json;

/// <summary>Reads null as zero, or as false: the value of a number or boolean in Go if the document omits it.</summary>
/// <param name="value">Reads and writes non-null values.</param>
internal sealed class ZeroForNullConverter<T>(JsonConverter<T> value) : JsonConverter<T>
    where T : struct
{
    /// <inheritdoc/>
    public override bool HandleNull => true;

    /// <inheritdoc/>
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.Null ? default : value.Read(ref reader, typeToConvert, options);

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, T number, JsonSerializerOptions options) => value.Write(writer, number, options);
}

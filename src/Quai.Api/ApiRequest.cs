using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Quai.Api.Reading;
using Quai.Oci.Json;

namespace Quai.Api;

/// <summary>
/// Reads the documents that clients send, as Go reads them: null is as good as absent, and in a list it is the zero value; names are known in any case,
/// unknown ones are passed over.
/// </summary>
public static class ApiRequest
{
    /// <summary>Reads one document. Bytes after it are the caller's to judge: see <paramref name="consumed"/>.</summary>
    /// <param name="json">The body.</param>
    /// <param name="type">Of <see cref="ApiJson"/>, which says what the type is; or of another context, which then reads it.</param>
    /// <param name="consumed">How many bytes the document has.</param>
    /// <exception cref="JsonException">It is no JSON, or not of that type.</exception>
    public static T? Read<T>(ReadOnlySpan<byte> json, JsonTypeInfo<T> type, out int consumed)
        where T : class
    {
        var reader = new Utf8JsonReader(json);
        T? document = JsonSerializer.Deserialize(ref reader, GoReading.Of(type));
        consumed = (int)reader.BytesConsumed;
        NullRules.CheckTexts(json[..consumed]);
        return document;
    }
}

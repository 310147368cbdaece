using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Quai.Api.Reading;
using Quai.Oci.Json;

namespace Quai.Api;

/// <summary>
/// Reads the documents that clients send, as Go reads them: null counts as absent, and in a list it is the zero value; names match in any case,
/// unknown ones are ignored.
/// </summary>
public static class ApiRequest
{
    /// <summary>Reads one document. Whether bytes may follow it is up to the caller: see <paramref name="consumed"/>.</summary>
    /// <param name="json">The body.</param>
    /// <param name="type">From <see cref="ApiJson"/>, which says what the type is, or from another context, which then reads it.</param>
    /// <param name="consumed">The length of the document in bytes.</param>
    /// <exception cref="JsonException">It is not JSON, or not of that type.</exception>
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

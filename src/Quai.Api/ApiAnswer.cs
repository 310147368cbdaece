using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Quai.Api.Reading;

namespace Quai.Api;

/// <summary>Reads the documents that a daemon sends, by the rules of <see cref="ApiRequest"/>: one written in Go has null where a list or a map is empty.</summary>
public static class ApiAnswer
{
    /// <summary>Reads one document.</summary>
    /// <param name="json">The body.</param>
    /// <param name="type">Of <see cref="ApiJson"/>, which says what the type is; or of another context, which then reads it.</param>
    /// <exception cref="JsonException">It is no JSON, or not of that type, or there is more.</exception>
    public static T? Read<T>(ReadOnlySpan<byte> json, JsonTypeInfo<T> type)
        where T : class => JsonSerializer.Deserialize(json, GoReading.Of(type));
}

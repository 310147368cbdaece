using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Quai.Api.Reading;

namespace Quai.Api;

/// <summary>Reads documents sent by a daemon, by the rules of <see cref="ApiRequest"/>: a daemon written in Go sends null for an empty list or map.</summary>
public static class ApiAnswer
{
    /// <summary>Reads one document.</summary>
    /// <param name="json">The body.</param>
    /// <param name="type">From <see cref="ApiJson"/>, which says what the type is, or from another context, which then reads it.</param>
    /// <exception cref="JsonException">It is not JSON, or not of that type, or more follows.</exception>
    public static T? Read<T>(ReadOnlySpan<byte> json, JsonTypeInfo<T> type)
        where T : class => JsonSerializer.Deserialize(json, GoReading.Of(type));
}

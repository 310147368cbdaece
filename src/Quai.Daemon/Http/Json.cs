using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Quai.Api;

namespace Quai.Daemon.Http;

/// <summary>The API's JSON as the daemon writes it: like Docker, without escaping <c>&lt;</c>, <c>+</c> and letters of any language.</summary>
internal static class Json
{
    private static readonly JsonWriterOptions Writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <summary>The types of all documents.</summary>
    public static ApiJson Types { get; } = new(new JsonSerializerOptions(ApiJson.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    /// <summary>The types of documents that were edited for an older or newer version.</summary>
    public static DaemonJson Edited { get; } = new(new JsonSerializerOptions(DaemonJson.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    /// <summary>A document and the line feed that Docker ends each with.</summary>
    public static ReadOnlyMemory<byte> Line<T>(T document, JsonTypeInfo<T> type)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(buffer, Writing))
        {
            JsonSerializer.Serialize(writer, document, type);
        }

        buffer.Write("\n"u8);
        return buffer.WrittenMemory;
    }
}

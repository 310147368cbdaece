using System.Text.Encodings.Web;
using System.Text.Json;
using Quai.Api;

namespace Quai.Daemon.Http;

/// <summary>The API's JSON as the daemon writes it: Docker leaves <c>&lt;</c>, <c>+</c> and letters of all languages as they are.</summary>
internal static class Json
{
    /// <summary>The types of all documents.</summary>
    public static ApiJson Types { get; } = new(new JsonSerializerOptions(ApiJson.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    /// <summary>The types of documents that were edited for an older or newer version.</summary>
    public static DaemonJson Edited { get; } = new(new JsonSerializerOptions(DaemonJson.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}

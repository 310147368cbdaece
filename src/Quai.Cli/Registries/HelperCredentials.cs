using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Quai.Cli.Registries;

/// <summary>A document exchanged with a credential helper.</summary>
internal sealed record HelperCredentials(string? ServerURL, string? Username, string? Secret);

/// <summary>Source-generated JSON of the protocol of credential helpers.</summary>
[JsonSerializable(typeof(HelperCredentials))]
[JsonSerializable(typeof(Dictionary<string, string>))]
internal sealed partial class HelperJson : JsonSerializerContext
{
    /// <summary>In the form that helpers written in shell prefer: strings with no more escapes than JSON requires.</summary>
    public static HelperJson Plain { get; } = new(new JsonSerializerOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}

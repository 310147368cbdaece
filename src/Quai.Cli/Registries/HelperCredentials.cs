using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Quai.Cli.Registries;

/// <summary>What is said to a credential helper, and by it.</summary>
internal sealed record HelperCredentials(string? ServerURL, string? Username, string? Secret);

/// <summary>Source-generated JSON of the protocol of credential helpers.</summary>
[JsonSerializable(typeof(HelperCredentials))]
[JsonSerializable(typeof(Dictionary<string, string>))]
internal sealed partial class HelperJson : JsonSerializerContext
{
    /// <summary>As helpers written in shell like it: texts with no more escapes than JSON needs.</summary>
    public static HelperJson Plain { get; } = new(new JsonSerializerOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}

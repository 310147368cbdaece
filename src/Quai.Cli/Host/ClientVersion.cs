using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using Quai.Client;

namespace Quai.Cli.Host;

/// <summary>This client's version information, in Go's terms.</summary>
internal sealed record ClientVersion(string Version, string ApiVersion, string DefaultAPIVersion, string Os, string Arch, string Context)
{
    /// <summary>This client's version.</summary>
    public static string Number => typeof(ClientVersion).Assembly.GetName().Version?.ToString(3) ?? "0";

    /// <summary>The machine's architecture.</summary>
    public static string Architecture => RuntimeInformation.ProcessArchitecture switch
    {
        global::System.Runtime.InteropServices.Architecture.X64 => "amd64",
        global::System.Runtime.InteropServices.Architecture.Arm64 => "arm64",
        { } other => other.ToString().ToLowerInvariant(),
    };

    /// <summary>As shown by <c>version</c>.</summary>
    /// <param name="api">The negotiated API version.</param>
    public static string Json(string api) =>
        JsonSerializer.Serialize(new ClientVersion(Number, api, EngineClient.NewestVersion, "linux", Architecture, "default"), ClientJson.Default.ClientVersion);
}

/// <summary>This client's part of <c>info</c>.</summary>
internal sealed record ClientInfo(bool Debug, string Version, string Context, IReadOnlyList<string> Plugins, IReadOnlyList<string>? Warnings)
{
    /// <summary>As shown by <c>info</c>.</summary>
    public static string Json { get; } = JsonSerializer.Serialize(new ClientInfo(false, ClientVersion.Number, "default", [], null), ClientJson.Default.ClientInfo);
}

/// <summary>Source-generated JSON of this client's information.</summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Serialization)]
[JsonSerializable(typeof(ClientVersion))]
[JsonSerializable(typeof(ClientInfo))]
internal sealed partial class ClientJson : JsonSerializerContext;

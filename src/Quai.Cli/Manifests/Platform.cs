using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace Quai.Cli.Manifests;

/// <summary>The platform of an entry of a manifest list, and of an image according to its configuration. Empty members are left out.</summary>
internal sealed record Platform
{
    [JsonPropertyName("architecture")]
    [AllowNull]
    public string Architecture { get; init => field = value ?? ""; } = "";

    [JsonPropertyName("os")]
    [AllowNull]
    public string Os { get; init => field = value ?? ""; } = "";

    [JsonPropertyName("os.version")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? OsVersion { get; init => field = value is { Length: > 0 } ? value : null; }

    [JsonPropertyName("os.features")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? OsFeatures { get; init => field = value is { Count: > 0 } ? value : null; }

    [JsonPropertyName("variant")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Variant { get; init => field = value is { Length: > 0 } ? value : null; }

    /// <inheritdoc/>
    public override string ToString() => string.Join('/', ((string?[])[Os, Architecture, Variant]).Where(p => !string.IsNullOrEmpty(p)));
}

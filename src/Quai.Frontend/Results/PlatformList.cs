using System.Text.Json.Serialization;

namespace Quai.Frontend.Results;

/// <summary>Which result is which platform's, as exporters read it.</summary>
/// <param name="Platforms">The results.</param>
internal sealed record PlatformList([property: JsonPropertyName("Platforms")] IReadOnlyList<PlatformEntry> Platforms);

/// <summary>A result's platform.</summary>
internal sealed record PlatformEntry([property: JsonPropertyName("ID")] string Id, [property: JsonPropertyName("Platform")] PlatformNames Platform);

/// <summary>The platform's parts.</summary>
internal sealed record PlatformNames(string Architecture, string Os, string? Variant);

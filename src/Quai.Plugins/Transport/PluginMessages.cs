using System.Text.Json.Serialization;

namespace Quai.Plugins.Transport;

/// <summary>What every answer may hold.</summary>
internal record PluginAnswer
{
    /// <summary>Why it was refused; empty if it was not.</summary>
    public string? Err { get; init; }
}

/// <summary>The answer to <c>Plugin.Activate</c>.</summary>
internal sealed record ActivationAnswer(List<string>? Implements);

[JsonSourceGenerationOptions(PropertyNameCaseInsensitive = true)]
[JsonSerializable(typeof(PluginAnswer))]
[JsonSerializable(typeof(ActivationAnswer))]
internal sealed partial class PluginJson : JsonSerializerContext;

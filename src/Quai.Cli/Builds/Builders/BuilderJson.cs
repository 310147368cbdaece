using System.Text.Json.Serialization;

namespace Quai.Cli.Builds.Builders;

/// <summary>JSON of the file of builders.</summary>
[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(BuilderList))]
internal sealed partial class BuilderJson : JsonSerializerContext;

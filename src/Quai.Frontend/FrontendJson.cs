using System.Text.Json;
using System.Text.Json.Serialization;
using Quai.Frontend.Results;

namespace Quai.Frontend;

/// <summary>Generated readers and writers.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(string[]))]
[JsonSerializable(typeof(PlatformList))]
[JsonSerializable(typeof(Dictionary<string, byte[]>))]
[JsonSerializable(typeof(LintReport))]
[JsonSerializable(typeof(PracticeReport))]
[JsonSerializable(typeof(SarifLog))]
[JsonSerializable(typeof(OutlineReport))]
[JsonSerializable(typeof(TargetReport))]
[JsonSerializable(typeof(SubrequestReport[]))]
internal sealed partial class FrontendJson : JsonSerializerContext;

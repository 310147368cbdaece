using System.Text.Json.Serialization;

namespace Quai.BuildClient.Builds;

/// <summary>JSON of what comes with linked results, and of caches.</summary>
[JsonSerializable(typeof(Dictionary<string, string>))]
internal sealed partial class LinkedResultJson : JsonSerializerContext;

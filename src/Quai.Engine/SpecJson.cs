using System.Text.Json.Serialization;
using Quai.Engine.Containers.Spec;

namespace Quai.Engine;

/// <summary>Source-generated JSON of containers' specifications, as they are stored. Null means not given; everything else is written.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, IgnoreReadOnlyProperties = true)]
[JsonSerializable(typeof(ContainerSpec))]
internal sealed partial class SpecJson : JsonSerializerContext;

using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Quai.Engine.Containers.Recovering;
using Quai.Engine.Containers.Spec;
using Quai.Engine.Containers.State;

namespace Quai.Engine;

/// <summary>Source-generated JSON of what the engine keeps in its own columns.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(EarlierDocuments))]
[JsonSerializable(typeof(List<ContainerMount>))]
[JsonSerializable(typeof(ImmutableArray<EndpointRecord>))]
[JsonSerializable(typeof(ImmutableArray<NetworkAttachment>))]
internal sealed partial class EngineJson : JsonSerializerContext;

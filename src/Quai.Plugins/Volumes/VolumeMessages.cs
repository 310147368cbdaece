using System.Text.Json.Serialization;
using Quai.Plugins.Transport;

namespace Quai.Plugins.Volumes;

internal sealed record NamedRequest(string Name);

internal sealed record CreateRequest(string Name, IReadOnlyDictionary<string, string>? Opts);

internal sealed record MountRequest(string Name, string ID);

internal sealed record EmptyRequest;

internal sealed record MountAnswer : PluginAnswer
{
    public string? Mountpoint { get; init; }
}

internal sealed record VolumeAnswer : PluginAnswer
{
    public PluginVolume? Volume { get; init; }
}

internal sealed record VolumesAnswer : PluginAnswer
{
    public List<PluginVolume?>? Volumes { get; init; }
}

internal sealed record CapabilitiesAnswer : PluginAnswer
{
    public Capability? Capabilities { get; init; }
}

internal sealed record Capability(string? Scope);

[JsonSourceGenerationOptions(PropertyNameCaseInsensitive = true)]
[JsonSerializable(typeof(NamedRequest))]
[JsonSerializable(typeof(CreateRequest))]
[JsonSerializable(typeof(MountRequest))]
[JsonSerializable(typeof(EmptyRequest))]
[JsonSerializable(typeof(PluginAnswer))]
[JsonSerializable(typeof(MountAnswer))]
[JsonSerializable(typeof(VolumeAnswer))]
[JsonSerializable(typeof(VolumesAnswer))]
[JsonSerializable(typeof(CapabilitiesAnswer))]
internal sealed partial class VolumeMessages : JsonSerializerContext;

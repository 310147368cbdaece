using System.Text.Json;
using System.Text.Json.Serialization;

namespace Quai.Engine.Containers.Spec.Networking;

/// <summary>A mode is stored as its text.</summary>
internal sealed class NetworkModeConverter : JsonConverter<NetworkMode>
{
    /// <inheritdoc/>
    public override NetworkMode Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => new(reader.GetString() ?? "");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, NetworkMode value, JsonSerializerOptions options) => writer.WriteStringValue(value.Text);
}

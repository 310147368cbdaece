using System.Text.Json;
using System.Text.Json.Serialization;

namespace Quai.Engine.Containers.Spec;

/// <summary>A mode is stored as its text.</summary>
internal sealed class NamespaceModeConverter : JsonConverter<NamespaceMode>
{
    /// <inheritdoc/>
    public override NamespaceMode Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => new(reader.GetString() ?? "");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, NamespaceMode value, JsonSerializerOptions options) => writer.WriteStringValue(value.Text);
}

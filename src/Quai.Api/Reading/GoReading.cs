using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Quai.Api.Containers;
using Quai.Oci.Json;

namespace Quai.Api.Reading;

/// <summary>
/// Documents read as Go reads them: null counts as absent, and in a list it is the zero value; names match in any case, unknown ones are ignored.
/// </summary>
internal static class GoReading
{
    private static readonly JsonSerializerOptions s_options = NullRules.For(
        ApiJson.Default,
        new TextListConverter(),
        new NameSetConverter(),
        new ListConverter<List<string>>(() => []),
        new ListConverter<PortBinding>(() => new()),
        new ListConverter<MountRequest>(() => new()),
        new ListConverter<DeviceMapping>(() => new()),
        new ListConverter<DeviceRequest>(() => new()),
        new ListConverter<WeightDevice>(null),
        new ListConverter<ThrottleDevice>(null),
        new ListConverter<Ulimit>(null));

    /// <summary>The same type by these rules; a type of another context as it is.</summary>
    public static JsonTypeInfo<T> Of<T>(JsonTypeInfo<T> type) => s_options.TryGetTypeInfo(typeof(T), out JsonTypeInfo? known) ? (JsonTypeInfo<T>)known : type;
}

using System.Buffers;
using System.Text.Json;

namespace Quai.RuntimeCommand;

/// <summary>A container as this command keeps it between calls: <c>ROOT/ID/state.json</c>.</summary>
internal sealed class StoredContainer
{
    public required string Id { get; init; }
    public required int Pid { get; init; }

    /// <summary>When the first process began, in clock ticks since boot: with the number it names one process for ever.</summary>
    public required ulong ProcessStart { get; init; }
    public required string Bundle { get; init; }
    public string? CgroupsPath { get; init; }
    public bool OwnPidNamespace { get; init; }
    public required DateTimeOffset Created { get; init; }
    public Dictionary<string, string>? Annotations { get; init; }

    /// <summary>The document as it is stored.</summary>
    public byte[] ToJson()
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter json = new(buffer))
        {
            json.WriteStartObject();
            json.WriteString("id", Id);
            json.WriteNumber("pid", Pid);
            json.WriteNumber("processStart", ProcessStart);
            json.WriteString("bundle", Bundle);
            json.WriteString("cgroupsPath", CgroupsPath);
            json.WriteBoolean("ownPidNamespace", OwnPidNamespace);
            json.WriteString("created", Created);
            if (Annotations is { } annotations)
            {
                json.WriteStartObject("annotations");
                foreach ((string name, string value) in annotations)
                {
                    json.WriteString(name, value);
                }

                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    /// <exception cref="JsonException">It is something else.</exception>
    public static StoredContainer FromJson(ReadOnlyMemory<byte> document)
    {
        using JsonDocument parsed = JsonDocument.Parse(document);
        JsonElement root = parsed.RootElement;
        return new StoredContainer
        {
            Id = root.GetProperty("id").GetString()!,
            Pid = root.GetProperty("pid").GetInt32(),
            ProcessStart = root.GetProperty("processStart").GetUInt64(),
            Bundle = root.GetProperty("bundle").GetString()!,
            CgroupsPath = root.GetProperty("cgroupsPath").GetString(),
            OwnPidNamespace = root.GetProperty("ownPidNamespace").GetBoolean(),
            Created = root.GetProperty("created").GetDateTimeOffset(),
            Annotations = root.TryGetProperty("annotations", out JsonElement annotations)
                ? annotations.EnumerateObject().ToDictionary(a => a.Name, a => a.Value.GetString()!)
                : null,
        };
    }
}

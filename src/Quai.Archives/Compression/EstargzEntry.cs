using System.Text.Json.Serialization;

namespace Quai.Archives;

/// <summary>The table of contents of a layer in the form eStargz (stargz.index.json).</summary>
internal sealed class EstargzTable
{
    /// <summary>The form's version.</summary>
    [JsonPropertyName("version")]
    public int Version { get; init; } = 1;

    /// <summary>The entries, in the archive's order.</summary>
    [JsonPropertyName("entries")]
    public List<EstargzEntry> Entries { get; init; } = [];
}

/// <summary>An entry of the archive, or a further piece of a file's content (<c>type</c> <c>chunk</c>). Members without a value are not written.</summary>
internal sealed class EstargzEntry
{
    [JsonPropertyName("name")]
    public required string Name { get; init; }

    [JsonPropertyName("type")]
    public required string Type { get; init; }

    [JsonPropertyName("size")]
    public long Size { get; init; }

    [JsonPropertyName("modtime")]
    public string? Modified { get; init; }

    [JsonPropertyName("linkName")]
    public string? LinkName { get; init; }

    [JsonPropertyName("mode")]
    public long Mode { get; init; }

    [JsonPropertyName("uid")]
    public long Uid { get; init; }

    [JsonPropertyName("gid")]
    public long Gid { get; init; }

    [JsonPropertyName("offset")]
    public long Offset { get; set; }

    [JsonPropertyName("devMajor")]
    public long DeviceMajor { get; init; }

    [JsonPropertyName("devMinor")]
    public long DeviceMinor { get; init; }

    [JsonPropertyName("xattrs")]
    public Dictionary<string, byte[]>? Attributes { get; init; }

    [JsonPropertyName("digest")]
    public string? Digest { get; set; }

    [JsonPropertyName("chunkOffset")]
    public long ChunkOffset { get; set; }

    [JsonPropertyName("chunkSize")]
    public long ChunkSize { get; set; }

    [JsonPropertyName("chunkDigest")]
    public string? ChunkDigest { get; set; }

    /// <summary>Where its content begins in the plain archive; not written.</summary>
    [JsonIgnore]
    public long Content { get; init; }
}

/// <summary>How it is written.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault, WriteIndented = true, IndentCharacter = '\t', IndentSize = 1)]
[JsonSerializable(typeof(EstargzTable))]
internal sealed partial class EstargzJson : JsonSerializerContext;

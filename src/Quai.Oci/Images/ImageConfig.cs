using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Quai.Oci.Images;

#pragma warning disable CS1591 // members are named and defined by the OCI image specification's config.md

/// <summary>An OCI image config, a superset of Docker's image JSON. Its bytes' digest is the image's id.</summary>
public sealed class ImageConfig
{
    [JsonPropertyName("architecture")]
    public string Architecture { get; set; } = "";

    [JsonPropertyName("os")]
    public string Os { get; set; } = "";

    [JsonPropertyName("variant")]
    public string? Variant { get; set; }

    [JsonPropertyName("os.version")]
    public string? OsVersion { get; set; }

    [JsonPropertyName("created")]
    public DateTimeOffset? Created { get; set; }

    [JsonPropertyName("author")]
    public string? Author { get; set; }

    [JsonPropertyName("comment")]
    public string? Comment { get; set; }

    [JsonPropertyName("docker_version")]
    public string? DockerVersion { get; set; }

    [JsonPropertyName("config")]
    public ExecutionConfig? Config { get; set; }

    // Null does not count as absent here: a config without layers says so.
    [JsonPropertyName("rootfs")]
    [AllowNull]
    public RootFs RootFs { get; set; } = new();

    [JsonPropertyName("history")]
    public List<HistoryEntry>? History { get; set; }

    // The results of the steps that the image was made by, for those who build upon it (BuildKit's cache of the type inline).
    [JsonPropertyName("moby.buildkit.cache.v0")]
    public byte[]? BuildCache { get; set; }
}

/// <summary>What a container of the image runs by default, including Docker's own extensions (Healthcheck, Shell, OnBuild).</summary>
public sealed class ExecutionConfig
{
    public string? User { get; set; }
    public Dictionary<string, JsonElement>? ExposedPorts { get; set; }
    public List<string>? Env { get; set; }
    public List<string>? Entrypoint { get; set; }
    public List<string>? Cmd { get; set; }
    public Dictionary<string, JsonElement>? Volumes { get; set; }
    public string? WorkingDir { get; set; }
    public Dictionary<string, string>? Labels { get; set; }
    public string? StopSignal { get; set; }
    public int? StopTimeout { get; set; }
    public bool? ArgsEscaped { get; set; }
    public List<string>? Shell { get; set; }
    public List<string>? OnBuild { get; set; }
    public HealthcheckConfig? Healthcheck { get; set; }
}

/// <summary>A health check; durations in nanoseconds.</summary>
public sealed class HealthcheckConfig
{
    public List<string>? Test { get; set; }
    public long? Interval { get; set; }
    public long? Timeout { get; set; }
    public long? StartPeriod { get; set; }
    public long? StartInterval { get; set; }
    public int? Retries { get; set; }
}

public sealed class RootFs
{
    [JsonPropertyName("type")]
    public string Type { get; set; } = "layers";

    [JsonPropertyName("diff_ids")]
    [AllowNull]
    public List<string> DiffIds { get; set; } = [];
}

public sealed class HistoryEntry
{
    [JsonPropertyName("created")]
    public DateTimeOffset? Created { get; set; }

    [JsonPropertyName("created_by")]
    public string? CreatedBy { get; set; }

    [JsonPropertyName("author")]
    public string? Author { get; set; }

    [JsonPropertyName("comment")]
    public string? Comment { get; set; }

    [JsonPropertyName("empty_layer")]
    public bool? EmptyLayer { get; set; }
}

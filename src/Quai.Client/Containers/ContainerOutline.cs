using System.Text.Json.Serialization;

namespace Quai.Client.Containers;

/// <summary>
/// What code that joins a container's streams needs to know about it: a part of <see cref="Api.Containers.ContainerInspect"/>. Parsing the whole would take a
/// short-lived program longer than everything else it does.
/// </summary>
public sealed record ContainerOutline
{
    /// <summary>The container's id.</summary>
    public string Id { get; init; } = "";

    /// <summary>Its state.</summary>
    public OutlineState? State { get; init; }

    /// <summary>Its configuration.</summary>
    public OutlineConfig? Config { get; init; }

    /// <summary>Its host configuration.</summary>
    public OutlineHostConfig? HostConfig { get; init; }

    /// <summary>Whether it has a terminal.</summary>
    [JsonIgnore]
    public bool Tty => Config is { Tty: true };

    /// <summary>Whether its standard input is open.</summary>
    [JsonIgnore]
    public bool OpenStdin => Config is { OpenStdin: true };
}

/// <summary>A container's state.</summary>
/// <param name="Running">It is running.</param>
/// <param name="Paused">Its processes are frozen.</param>
/// <param name="Restarting">It has ended and will be started again.</param>
public sealed record OutlineState(bool Running, bool Paused, bool Restarting);

/// <summary>A container's configuration.</summary>
/// <param name="Tty">A terminal.</param>
/// <param name="OpenStdin">An open standard input.</param>
public sealed record OutlineConfig(bool Tty, bool OpenStdin);

/// <summary>A container's host configuration.</summary>
/// <param name="AutoRemove">It is removed when it ends.</param>
public sealed record OutlineHostConfig(bool AutoRemove);

/// <summary>Source-generated JSON of outlines.</summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(ContainerOutline))]
internal sealed partial class OutlineJson : JsonSerializerContext;

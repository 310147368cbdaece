using System.Text.Json.Serialization;

namespace Quai.Client.Containers;

/// <summary>
/// What whoever joins a container's streams must know of it: a part of <see cref="Api.Containers.ContainerInspect"/>. To read the whole takes a short-lived
/// program longer than all else that it does.
/// </summary>
public sealed record ContainerOutline
{
    /// <summary>The container's id.</summary>
    public string Id { get; init; } = "";

    /// <summary>What it does.</summary>
    public OutlineState? State { get; init; }

    /// <summary>What it was made with.</summary>
    public OutlineConfig? Config { get; init; }

    /// <summary>What it was made with on its host.</summary>
    public OutlineHostConfig? HostConfig { get; init; }

    /// <summary>Whether it has a terminal.</summary>
    [JsonIgnore]
    public bool Tty => Config is { Tty: true };

    /// <summary>Whether its standard input is open.</summary>
    [JsonIgnore]
    public bool OpenStdin => Config is { OpenStdin: true };
}

/// <summary>What a container does.</summary>
/// <param name="Running">It runs.</param>
/// <param name="Paused">Its processes are frozen.</param>
/// <param name="Restarting">It has ended and will be started again.</param>
public sealed record OutlineState(bool Running, bool Paused, bool Restarting);

/// <summary>What a container was made with.</summary>
/// <param name="Tty">A terminal.</param>
/// <param name="OpenStdin">An open standard input.</param>
public sealed record OutlineConfig(bool Tty, bool OpenStdin);

/// <summary>What a container was made with on its host.</summary>
/// <param name="AutoRemove">It is removed when it ends.</param>
public sealed record OutlineHostConfig(bool AutoRemove);

/// <summary>Source-generated JSON of outlines.</summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(ContainerOutline))]
internal sealed partial class OutlineJson : JsonSerializerContext;

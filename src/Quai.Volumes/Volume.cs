using System.Text.Json;

namespace Quai.Volumes;

/// <summary>A named folder that outlives containers.</summary>
/// <param name="Name">Its name; 64 hex digits when none was given.</param>
/// <param name="Labels">As given; anonymous volumes carry <see cref="AnonymousLabel"/>.</param>
/// <param name="Options">The local driver's <c>type</c>, <c>o</c>, <c>device</c> and <c>size</c>, empty for a plain folder; or whatever its plugin understands.</param>
/// <param name="Created">When it was created.</param>
/// <param name="Mountpoint">The folder that containers see; a plugin names it when it mounts.</param>
public sealed record Volume(string Name, IReadOnlyDictionary<string, string> Labels, IReadOnlyDictionary<string, string> Options, DateTimeOffset Created, string Mountpoint)
{
    /// <summary>The label that marks a volume nobody named, as Docker's clients know it.</summary>
    public const string AnonymousLabel = "com.docker.volume.anonymous";

    /// <summary>The name of the local driver.</summary>
    public const string LocalDriver = "local";

    /// <summary>Who keeps it: <c>local</c>, or a plugin of the host.</summary>
    public string Driver { get; init; } = LocalDriver;

    /// <summary>Whether it is a folder of the daemon's own.</summary>
    public bool IsLocal => Driver == LocalDriver;

    /// <summary>Where it exists: <c>local</c>, or <c>global</c> if its plugin says so.</summary>
    public string Scope { get; init; } = "local";

    /// <summary>What its plugin tells of it; null for nothing.</summary>
    public IReadOnlyDictionary<string, JsonElement>? Status { get; init; }

    /// <summary>Whether its creator gave labels, if only an empty set: the API shows none as <c>null</c>.</summary>
    public bool LabelsGiven { get; init; }

    /// <summary>Whether its creator gave options, if only an empty set.</summary>
    public bool OptionsGiven { get; init; }

    /// <summary>The project of its file system's quotas that limits its size; null for no limit.</summary>
    public uint? Project { get; init; }

    /// <summary>Whether it is anonymous.</summary>
    public bool Anonymous => Labels.ContainsKey(AnonymousLabel);
}

/// <summary>A volume that a new container wants: an existing one of that name is used as it is.</summary>
/// <param name="Name">Its name; null for an anonymous one.</param>
/// <param name="Driver"><c>local</c>, the name of a plugin, or empty for whoever has a volume of that name.</param>
/// <param name="Options">Driver options for a new one.</param>
/// <param name="Labels">Labels for a new one.</param>
public sealed record VolumeRequest(string? Name, string? Driver = null, IReadOnlyDictionary<string, string>? Options = null, IReadOnlyDictionary<string, string>? Labels = null);

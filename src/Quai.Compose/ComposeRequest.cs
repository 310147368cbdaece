using System.Collections.ObjectModel;

namespace Quai.Compose;

/// <summary>Which project is to be loaded, and how far it is to be resolved.</summary>
public sealed record ComposeRequest
{
    /// <summary>The folder in which the user is; absolute.</summary>
    public required string CurrentDirectory { get; init; }

    /// <summary>The environment of the user's process.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>The files that the user names, <c>-f</c>; none if they are to be found.</summary>
    public IReadOnlyList<string> Files { get; init; } = [];

    /// <summary>The project's folder, <c>--project-directory</c>; null for that of the first file.</summary>
    public string? ProjectDirectory { get; init; }

    /// <summary>The project's name, <c>-p</c>; null if the environment, the files or the folder decide.</summary>
    public string? ProjectName { get; init; }

    /// <summary>Files of variables, <c>--env-file</c>; none for <c>.env</c> beside the project.</summary>
    public IReadOnlyList<string> EnvFiles { get; init; } = [];

    /// <summary>Profiles that are enabled, <c>--profile</c>; none for those of <c>COMPOSE_PROFILES</c>.</summary>
    public IReadOnlyList<string> Profiles { get; init; } = [];

    /// <summary>Services that are wanted, with those they wait for; none for all that are enabled.</summary>
    public IReadOnlyList<string> Services { get; init; } = [];

    /// <summary>Whether variables are replaced.</summary>
    public bool Interpolates { get; init; } = true;

    /// <summary>Whether what is implied is added: the default network, names, dependencies.</summary>
    public bool Normalizes { get; init; } = true;

    /// <summary>Whether paths become absolute.</summary>
    public bool ResolvesPaths { get; init; } = true;

    /// <summary>Whether services get the variables of their files.</summary>
    public bool ResolvesEnvironment { get; init; } = true;

    /// <summary>Whether services go on naming the files of labels, whose labels they have: hashes of what runs include them.</summary>
    public bool KeepsLabelFiles { get; init; }

    /// <summary>Whether it is checked that services refer only to what there is.</summary>
    public bool ChecksConsistency { get; init; } = true;

    /// <summary>Whether it is checked that the files and variables exist that secrets and configs of services are taken from: only who makes containers needs them.</summary>
    public bool ChecksFiles { get; init; }

    /// <summary>Whether networks, volumes, secrets and configs are left out that no service uses.</summary>
    public bool LeavesOutUnused { get; init; } = true;
}

namespace Quai.Convergence;

/// <summary>The labels by which compose knows what it has made.</summary>
public static class ComposeLabels
{
    /// <summary>The project's name.</summary>
    public const string Project = "com.docker.compose.project";

    /// <summary>The service's name.</summary>
    public const string Service = "com.docker.compose.service";

    /// <summary>A container's number in its service, from one.</summary>
    public const string Number = "com.docker.compose.container-number";

    /// <summary>Whether a container was made by <c>run</c>: <c>True</c> or <c>False</c>.</summary>
    public const string OneOff = "com.docker.compose.oneoff";

    /// <summary>The identifier of a <c>run</c>.</summary>
    public const string Slug = "com.docker.compose.slug";

    /// <summary>The hash of what a container, network or volume was made from.</summary>
    public const string ConfigHash = "com.docker.compose.config-hash";

    /// <summary>The image's id.</summary>
    public const string Image = "com.docker.compose.image";

    /// <summary>What the service waits for, as <c>NAME:CONDITION:RESTART</c> with commas between.</summary>
    public const string DependsOn = "com.docker.compose.depends_on";

    /// <summary>The container that this one took the place of: its name of its own, or <c>SERVICE-NUMBER</c>.</summary>
    public const string Replace = "com.docker.compose.replace";

    /// <summary>The project's folder.</summary>
    public const string WorkingDirectory = "com.docker.compose.project.working_dir";

    /// <summary>The project's files, with commas between.</summary>
    public const string ConfigFiles = "com.docker.compose.project.config_files";

    /// <summary>The files of variables that the user named, with commas between.</summary>
    public const string EnvironmentFiles = "com.docker.compose.project.environment_file";

    /// <summary>A network's name in its project.</summary>
    public const string Network = "com.docker.compose.network";

    /// <summary>A volume's name in its project.</summary>
    public const string Volume = "com.docker.compose.volume";

    /// <summary>The version of the program that made it.</summary>
    public const string Version = "com.docker.compose.version";

    /// <summary>Quai's own: the hash of the secrets and configs that were copied into a container. What Docker's compose made does not have it.</summary>
    public const string Files = "quai.compose.files-hash";
}

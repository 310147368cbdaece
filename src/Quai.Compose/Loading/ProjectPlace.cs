using Quai.Compose.Interpolation;

namespace Quai.Compose.Loading;

/// <summary>Where a project is: its files, its folder and its environment.</summary>
internal sealed class ProjectPlace
{
    private static readonly string[] s_names = ["compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"];
    private static readonly string[] s_overrides = ["compose.override.yml", "compose.override.yaml", "docker-compose.override.yml", "docker-compose.override.yaml"];

    private readonly IComposeFiles _files;
    private readonly ComposeRequest _request;

    private ProjectPlace(IComposeFiles files, ComposeRequest request) => (_files, _request, Environment) = (files, request, new(request.Environment));

    /// <summary>The environment: the process's first, then that of files.</summary>
    public Dictionary<string, string> Environment { get; }

    /// <summary>The compose files.</summary>
    public List<string> Files { get; private set; } = [];

    /// <summary>The folder that relative paths start from.</summary>
    public string Directory { get; private set; } = "";

    /// <summary>What is odd but not wrong.</summary>
    public List<string> Warnings { get; } = [];

    /// <summary>Finds out where the project is.</summary>
    /// <exception cref="ComposeException">There is none, or a file of variables is wrong.</exception>
    public static ProjectPlace Find(IComposeFiles files, ComposeRequest request)
    {
        ProjectPlace place = new(files, request);
        place.Environment.TryAdd("PWD", request.CurrentDirectory);
        string start = request.ProjectDirectory is { } given ? FilePath.Absolute(given, request.CurrentDirectory) : request.CurrentDirectory;

        // Variables may say which files there are, so those beside the user come first; then those beside the project.
        string first = request.Files.FirstOrDefault(file => file != "-") is { } named ? FilePath.Folder(place.Local(named, request.CurrentDirectory)) : start;
        place.ReadVariables(request.ProjectDirectory is null ? first : start);
        place.Files = place.FindFiles(start);
        place.Directory = request.ProjectDirectory is not null || place.Files[0] == "-" ? start : FilePath.Folder(place.Files[0]);
        if (place.Directory != start)
        {
            place.ReadVariables(place.Directory);
        }

        return place;
    }

    private void ReadVariables(string folder)
    {
        List<string> files = [.. _request.EnvFiles.Select(file => FilePath.Absolute(file, _request.CurrentDirectory))];
        if (files.Count == 0 && Environment.TryGetValue("COMPOSE_ENV_FILES", out string? list) && list.Length > 0)
        {
            files.AddRange(list.Split(',').Select(file => FilePath.Absolute(file, _request.CurrentDirectory)));
        }

        bool isDisabled = Environment.TryGetValue("COMPOSE_DISABLE_ENV_FILE", out string? disabled) && disabled is "1" or "true" or "TRUE" or "True" or "t" or "T";
        if (files.Count == 0)
        {
            string beside = FilePath.Join(folder, ".env");
            if (!isDisabled && _files.FileExists(beside))
            {
                files.Add(beside);
            }
        }

        foreach ((string name, string value) in EnvironmentFiles.Read(_files, files, Environment))
        {
            Environment.TryAdd(name, value);
        }
    }

    private List<string> FindFiles(string start)
    {
        if (_request.Files.Count > 0)
        {
            return [.. _request.Files.Select(file => file == "-" ? file : Local(file, _request.CurrentDirectory))];
        }

        if (Environment.TryGetValue("COMPOSE_FILE", out string? list) && list.Length > 0)
        {
            string separator = Environment.GetValueOrDefault("COMPOSE_PATH_SEPARATOR") is { Length: > 0 } given ? given : ":";
            return [.. list.Split(separator).Select(file => file == "-" ? file : Local(file, start))];
        }

        for (string? folder = start; folder is not null; folder = folder == "/" ? null : FilePath.Folder(folder))
        {
            string[] found = [.. s_names.Select(name => FilePath.Join(folder, name)).Where(_files.FileExists)];
            if (found.Length == 0)
            {
                continue;
            }

            if (found.Length > 1)
            {
                Warnings.Add($"Found multiple config files with supported names: {string.Join(", ", found)}");
                Warnings.Add($"Using {found[0]}");
            }

            string[] overrides = [.. s_overrides.Select(name => FilePath.Join(folder, name)).Where(_files.FileExists)];
            if (overrides.Length > 1)
            {
                Warnings.Add($"Found multiple override files with supported names: {string.Join(", ", overrides)}");
                Warnings.Add($"Using {overrides[0]}");
            }

            return overrides.Length > 0 ? [found[0], overrides[0]] : [found[0]];
        }

        throw new ComposeException(new ComposeFault("no configuration file provided: not found") { Expected = string.Join(", ", s_names) });
    }

    private string Local(string file, string folder) => FilePath.Of(_files, file, folder);
}

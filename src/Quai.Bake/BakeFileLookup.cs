namespace Quai.Bake;

/// <summary>Finds the files of a bake definition.</summary>
public static class BakeFileLookup
{
    /// <summary>The files that are read where none is named, in order.</summary>
    public static IReadOnlyList<string> DefaultNames { get; } =
    [
        "compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml",
        "docker-bake.json", "docker-bake.hcl", "docker-bake.override.json", "docker-bake.override.hcl",
    ];

    /// <summary>Reads the named files, or those of the default names that exist.</summary>
    /// <exception cref="BakeException">A named file does not exist, or there is none.</exception>
    public static IReadOnlyList<BakeFile> Read(IBakeFiles files, IReadOnlyList<string> names)
    {
        List<BakeFile> found = [];
        foreach (string name in names.Count > 0 ? names : DefaultNames)
        {
            // What is relative to the working folder is so here in any case.
            string path = name.StartsWith("cwd://", StringComparison.Ordinal) ? name["cwd://".Length..] : name;
            if (files.Read(path) is { } text)
            {
                found.Add(new(path, text));
            }
            else if (names.Count > 0)
            {
                throw new BakeException($"open {path}: no such file or directory");
            }
        }

        return found.Count > 0 ? found : throw new BakeException("couldn't find a bake definition");
    }
}

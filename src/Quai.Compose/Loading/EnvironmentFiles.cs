using Quai.Compose.Interpolation;

namespace Quai.Compose.Loading;

/// <summary>Reads files of variables for a project.</summary>
internal static class EnvironmentFiles
{
    /// <summary>The variables of several files; later files go before earlier ones, and what is set outside before all in the values' variables.</summary>
    /// <exception cref="ComposeException">A file is missing or wrong.</exception>
    public static Dictionary<string, string> Read(IComposeFiles files, IEnumerable<string> paths, IReadOnlyDictionary<string, string> environment)
    {
        Dictionary<string, string> all = [];
        foreach (string path in paths)
        {
            if (files.FolderExists(path))
            {
                throw new ComposeException($"{path} is a directory");
            }

            string text = files.Read(path) ?? throw new ComposeException(new ComposeFault($"couldn't find env file: {path}") { Value = path, Expected = "a file" });
            foreach ((string name, string value) in DotEnv.Read(path, text, name => environment.GetValueOrDefault(name) ?? all.GetValueOrDefault(name)))
            {
                all[name] = value;
            }
        }

        return all;
    }
}

using Quai.Compose.Checking;
using Quai.Compose.Interpolation;
using Quai.Compose.Model.Services;
using Quai.Compose.Model;
using Quai.Compose.Yaml;

namespace Quai.Compose.Loading;

/// <summary>Adds the variables and labels of a service's files to the service.</summary>
/// <param name="files">Where files are read from.</param>
/// <param name="directory">The folder that paths start from which have stayed relative.</param>
/// <param name="environment">The project's variables.</param>
/// <param name="tree">What the services were read from, for the places of what is wrong.</param>
/// <param name="faults">What is wrong.</param>
internal sealed class ServiceFiles(IComposeFiles files, string directory, IReadOnlyDictionary<string, string> environment, ComposeMapping tree, FaultList faults)
{
    /// <summary>Checks that there is what services' secrets and configs are taken from.</summary>
    public void CheckSources(ComposeProject project)
    {
        foreach (ComposeService service in project.Services.Values)
        {
            foreach (ServiceFile secret in service.Secrets)
            {
                CheckSource(service, "secret", secret.Source, project.Secrets.GetValueOrDefault(secret.Source));
            }

            foreach (ServiceFile config in service.Configs)
            {
                CheckSource(service, "config", config.Source, project.Configs.GetValueOrDefault(config.Source));
            }
        }
    }

    private void CheckSource(ComposeService service, string kind, string name, ComposeFileObject? source)
    {
        if (source is null or { IsExternal: true })
        {
            return;
        }

        string subject = $"service \"{service.Name}\": {kind} \"{name}\"";
        if (source.Environment.Length > 0 && !environment.ContainsKey(source.Environment))
        {
            Add($"{subject}: environment variable \"{source.Environment}\" required by {kind} \"{name}\" is not set", [$"{kind}s", name, "environment"], source.Environment, "a variable that is set");
        }
        else if (source.File.Length > 0 && FilePath.Absolute(source.File, directory) is var path && !files.FileExists(path) && !files.FolderExists(path))
        {
            Add($"{subject}: file {path} does not exist", [$"{kind}s", name, "file"], source.File, "a file");
        }
    }

    private void Add(string message, string[] path, string value, string expected) =>
        faults.Add(new ComposeFault(message) { Path = string.Join('.', path), Place = TreePlaces.Find(tree, [.. path, value]), Value = value, Expected = expected });

    /// <summary>The service with the variables of its files, and without the files.</summary>
    public ComposeService WithVariables(ComposeService service)
    {
        Dictionary<string, string?> variables = [];
        foreach (EnvFile file in service.EnvFiles)
        {
            foreach ((string name, string value) in ReadVariables(service, file, variables))
            {
                variables[name] = value;
            }
        }

        foreach ((string name, string? value) in service.Environment)
        {
            variables[name] = value ?? environment.GetValueOrDefault(name);
        }

        return service with { Environment = variables, EnvFiles = [] };
    }

    /// <summary>The service with the labels of its files.</summary>
    /// <param name="service">The service.</param>
    /// <param name="keepsFiles">Whether it goes on naming the files.</param>
    public ComposeService WithLabels(ComposeService service, bool keepsFiles)
    {
        Dictionary<string, string> labels = [];
        foreach (string file in service.LabelFiles)
        {
            foreach ((string name, string value) in Read(service, file, "label_file", required: true, isRaw: false, _ => null, Nothing.NullableTexts))
            {
                labels[name] = value;
            }
        }

        foreach ((string name, string value) in service.Labels)
        {
            labels[name] = value;
        }

        return service with { Labels = labels, LabelFiles = keepsFiles ? service.LabelFiles : [] };
    }

    private IReadOnlyDictionary<string, string> ReadVariables(ComposeService service, EnvFile file, Dictionary<string, string?> earlier)
    {
        if (file.Format is not ("" or "raw"))
        {
            Add($"service \"{service.Name}\": unsupported env_file format \"{file.Format}\"", ["services", service.Name, "env_file"], file.Path, "raw, or nothing");
            return Nothing.Texts;
        }

        // The project's variables go before the service's, these before the file's own, and those of earlier files come last.
        return Read(service, file.Path, "env_file", file.Required, file.Format == "raw",
            name => environment.GetValueOrDefault(name) ?? service.Environment.GetValueOrDefault(name), earlier);
    }

    private IReadOnlyDictionary<string, string> Read(ComposeService service, string path, string key, bool required, bool isRaw, Func<string, string?> lookup, IReadOnlyDictionary<string, string?> earlier)
    {
        string full = FilePath.Absolute(path, directory);
        try
        {
            string? text = files.FileExists(full) ? files.Read(full) : null;
            if (text is not null)
            {
                return isRaw ? DotEnv.ReadRaw(path, text, lookup) : DotEnv.Read(path, text, lookup, earlier.GetValueOrDefault);
            }

            if (required)
            {
                string kind = key == "env_file" ? "env" : "label";
                Add($"{kind} file {path} not found: stat {path}: no such file or directory", ["services", service.Name, key], path, "a file");
            }
        }
        catch (ComposeException e)
        {
            faults.Add(e);
        }

        return Nothing.Texts;
    }
}

using Quai.Compose.Yaml;

namespace Quai.Compose.Loading;

/// <summary>Adds what included files have.</summary>
/// <param name="context">What all parts share.</param>
/// <param name="directory">The folder that relative paths start from, absolute.</param>
/// <param name="environment">The variables.</param>
/// <param name="chain">The files that led here.</param>
internal sealed class Including(LoadContext context, string directory, IReadOnlyDictionary<string, string> environment, IReadOnlyList<string> chain)
{
    private static readonly string[] s_kinds = ["services", "volumes", "networks", "secrets", "configs", "models"];

    /// <summary>Applies this to a file.</summary>
    public void Apply(ComposeMapping content)
    {
        if (content["include"] is not { IsNull: false } includes)
        {
            content.Remove("include");
            return;
        }

        if (includes is not ComposeSequence sequence)
        {
            context.Faults.Add(Fault(includes, "`include` must be a list", "a list of files"));
            content.Remove("include");
            return;
        }

        foreach (ComposeNode include in sequence.Items)
        {
            try
            {
                Import(Load(include), content, context.Faults);
            }
            catch (ComposeException e)
            {
                context.Faults.Add(e);
                context.IsIncomplete = true;
            }
        }

        content.Remove("include");
    }

    private ComposeMapping Load(ComposeNode include)
    {
        ComposeMapping settings = include as ComposeMapping ?? new ComposeMapping(("path", include)) { Place = include.Place };
        List<string> paths = Texts(settings["path"]);
        if (paths.Count == 0)
        {
            throw Fault(include, "include.path is required", "path");
        }

        paths = [.. paths.Select(path => FilePath.Of(context.Files, path, directory, include.Place))];
        if (chain.Contains(paths[0]))
        {
            throw Fault(include, $"include cycle detected:\n{chain[0]}\n include {string.Join("\n include ", chain.Skip(1).Append(paths[0]))}", "no circle");
        }

        string folder = settings["project_directory"] is ComposeScalar { IsNull: false } given ? FilePath.Absolute(given.Text, directory) : FilePath.Folder(paths[0]);
        List<string> envFiles = Texts(settings["env_file"]);
        if (envFiles.Count > 0)
        {
            envFiles = [.. envFiles.Select(path => FilePath.Absolute(path, directory)).Where(path => path != "/dev/null")];
        }
        else if (FilePath.Join(folder, ".env") is { } beside && context.Files.FileExists(beside))
        {
            envFiles = [beside];
        }

        Dictionary<string, string> variables = new(environment);
        foreach ((string name, string value) in EnvironmentFiles.Read(context.Files, envFiles, environment))
        {
            variables.TryAdd(name, value);
        }

        // A folder that does not exist is taken for a file, whose folder is meant.
        string start = settings.Has("project_directory") && !context.Files.FolderExists(folder) ? FilePath.Folder(folder) : folder;
        return new ModelLoader(context, start, FilePath.Relative(directory, start), variables).Load(paths, chain);
    }

    private static void Import(ComposeMapping from, ComposeMapping to, FaultList faults)
    {
        foreach (string kind in s_kinds)
        {
            if (from[kind] is not ComposeMapping resources)
            {
                continue;
            }

            if (to[kind] is not ComposeMapping existing)
            {
                to[kind] = existing = new() { Place = resources.Place };
            }

            foreach (string name in resources.Keys)
            {
                if (existing[name] is not { } other)
                {
                    existing.Set(name, resources[name]!, resources.PlaceOf(name));
                }
                else if (!other.SameAs(resources[name]!))
                {
                    faults.Add(NodePath.Root.Key(kind).Key(name), existing.PlaceOf(name), name, $"{kind}.{name} conflicts with imported resource", "another name");
                }
            }
        }
    }

    private static List<string> Texts(ComposeNode? node) => node switch
    {
        ComposeScalar { IsNull: false } one => [one.Text],
        ComposeSequence several => [.. several.Items.OfType<ComposeScalar>().Select(item => item.Text)],
        _ => [],
    };

    private static ComposeException Fault(ComposeNode node, string message, string expected) =>
        new(new ComposeFault(message) { Place = node.Place, Path = "include", Expected = expected });
}

using Quai.Compose.Yaml;

namespace Quai.Compose.Loading;

/// <summary>Makes paths start from a folder.</summary>
/// <param name="folder">The folder.</param>
/// <param name="home">The user's folder, that <c>~</c> stands for; null where it is not known.</param>
internal sealed class PathResolution(string folder, string? home)
{
    /// <summary>Applies this to a whole project.</summary>
    public void Apply(ComposeMapping root, FaultList faults)
    {
        foreach ((string name, ComposeNode service) in Entries(root["services"]))
        {
            if (service is ComposeMapping mapping)
            {
                Service(mapping, NodePath.Root.Key("services").Key(name), faults);
            }
        }

        foreach (ComposeMapping file in Entries(root["configs"]).Concat(Entries(root["secrets"])).Select(entry => entry.Value).OfType<ComposeMapping>())
        {
            Replace(file, "file", Resolve);
        }

        foreach (ComposeMapping volume in Entries(root["volumes"]).Select(entry => entry.Value).OfType<ComposeMapping>())
        {
            // Such a volume is a path of the host in another guise.
            if (volume["driver"] is ComposeScalar { Text: "local" } && volume["driver_opts"] is ComposeMapping options && options["o"] is ComposeScalar { Text: "bind" })
            {
                Replace(options, "device", Resolve);
            }
        }
    }

    private void Service(ComposeMapping service, NodePath path, FaultList faults)
    {
        if (service["build"] is ComposeMapping build)
        {
            Replace(build, "context", ResolveContext);
            foreach (string key in Keys(build["additional_contexts"]))
            {
                Replace((ComposeMapping)build["additional_contexts"]!, key, ResolveContext);
            }

            foreach (string key in Keys(build["ssh"]))
            {
                Replace((ComposeMapping)build["ssh"]!, key, Resolve);
            }
        }

        foreach (ComposeMapping file in Items(service, "env_file"))
        {
            Replace(file, "path", Resolve);
        }

        if (service["label_file"] is ComposeSequence labels)
        {
            for (int i = 0; i < labels.List.Count; i++)
            {
                labels.List[i] = labels.List[i] is ComposeScalar { IsNull: false } label ? ComposeScalar.Of(Resolve(label.Text), label.Place) : labels.List[i];
            }
        }

        if (service["extends"] is ComposeMapping extends)
        {
            Replace(extends, "file", path => FilePath.IsRemote(path) ? path : Resolve(path));
        }

        foreach (ComposeMapping rule in service["develop"] is ComposeMapping develop ? Items(develop, "watch") : [])
        {
            Replace(rule, "path", Resolve);
        }

        int index = 0;
        foreach (ComposeMapping mount in Items(service, "volumes"))
        {
            if (mount["type"] is ComposeScalar { Text: "bind" })
            {
                if (!mount.Has("source"))
                {
                    faults.Add(path.Key("volumes").Element(index), mount, "invalid mount config for type \"bind\": field Source must not be empty", "source");
                }

                Replace(mount, "source", Resolve);
            }

            index++;
        }
    }

    private string ResolveContext(string path) => FilePath.IsRemote(path) || path.StartsWith("service:", StringComparison.Ordinal) ? path : Resolve(path);

    private string Resolve(string path)
    {
        if (path.StartsWith('~') && home is not null)
        {
            return FilePath.Join(home, path[1..]);
        }

        return path.Length == 0 || path.StartsWith('/') || (path.Length > 2 && char.IsAsciiLetter(path[0]) && path[1] == ':' && path[2] is '\\' or '/') ? path : FilePath.Join(folder, path);
    }

    private static void Replace(ComposeMapping mapping, string key, Func<string, string> resolve)
    {
        if (mapping[key] is ComposeScalar { Kind: ScalarKind.Text } scalar)
        {
            mapping[key] = ComposeScalar.Of(resolve(scalar.Text), scalar.Place);
        }
    }

    private static IEnumerable<KeyValuePair<string, ComposeNode>> Entries(ComposeNode? node) => (node as ComposeMapping)?.Entries ?? Enumerable.Empty<KeyValuePair<string, ComposeNode>>();

    private static List<string> Keys(ComposeNode? node) => (node as ComposeMapping)?.Keys ?? [];

    private static IEnumerable<ComposeMapping> Items(ComposeMapping mapping, string key) => (mapping[key] as ComposeSequence)?.Items.OfType<ComposeMapping>() ?? [];
}

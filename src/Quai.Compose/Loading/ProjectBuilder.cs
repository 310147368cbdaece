using Quai.Compose.Checking;
using Quai.Compose.Model;
using Quai.Compose.Yaml;

namespace Quai.Compose.Loading;

/// <summary>Makes a project of a tree: profiles, checks, variables of files, and the services that are wanted.</summary>
/// <param name="files">Where files are read from.</param>
/// <param name="request">What is asked for.</param>
/// <param name="place">Where the project is.</param>
/// <param name="name">The project's name.</param>
/// <param name="context">What is odd, and what has been found wrong so far.</param>
internal sealed class ProjectBuilder(IComposeFiles files, ComposeRequest request, ProjectPlace place, string name, LoadContext context)
{
    private readonly FaultList _faults = context.Faults;

    /// <summary>The project.</summary>
    /// <exception cref="ComposeException">Something is wrong with it.</exception>
    public ComposeProject Build(ComposeMapping tree)
    {
        ComposeProject project = WithProfiles(Read(tree));
        if (request.ChecksConsistency)
        {
            new Consistency(project, tree, _faults).Check();
            project = project with { Services = Each(project.Services, WithScale) };
        }

        if (!_faults.HasAny)
        {
            project = WithFiles(Selection.Of(project, request.Services), tree);
            project = request.LeavesOutUnused ? Selection.WithoutUnused(project) : project;
        }
        else if (!request.Services.Any(service => !project.Services.ContainsKey(service)))
        {
            // There will be no project, but what is wrong with files is to be told as well.
            _ = WithFiles(project with { Services = project.Services.Where(entry => request.Services.Count == 0 || request.Services.Contains(entry.Key)).ToDictionary() }, tree);
        }

        if (request.ChecksConsistency)
        {
            new Consistency(project, tree, _faults).CheckContainerNames();
        }

        _faults.ThrowIfAny();
        return project with { Places = Places(tree), Warnings = [.. context.Warnings] };
    }

    /// <summary>The project whose services have the variables and labels of their files.</summary>
    private ComposeProject WithFiles(ComposeProject project, ComposeMapping tree)
    {
        ServiceFiles read = new(files, request.CurrentDirectory, project.Environment, tree, _faults);
        if (request.ChecksFiles)
        {
            read.CheckSources(project);
        }

        return project with { Services = Each(project.Services, service => read.WithLabels(request.ResolvesEnvironment ? read.WithVariables(service) : service, request.KeepsLabelFiles)) };
    }

    private static Dictionary<string, ComposePlace> Places(ComposeMapping tree)
    {
        Dictionary<string, ComposePlace> places = [];
        foreach ((string kind, ComposeNode resources) in tree.Entries)
        {
            foreach (string key in (resources as ComposeMapping)?.Keys ?? [])
            {
                if (((ComposeMapping)resources).PlaceOf(key) is { } where)
                {
                    places[$"{kind}.{key}"] = where;
                }
            }
        }

        return places;
    }

    private ComposeProject Read(ComposeMapping tree) => new()
    {
        Name = name,
        WorkingDirectory = place.Directory,
        Files = [.. place.Files],
        Environment = place.Environment,
        Profiles = request.Profiles.Count > 0 ? request.Profiles
            : [.. place.Environment.GetValueOrDefault("COMPOSE_PROFILES", "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)],
        Services = All(tree, "services", (key, node) => ComposeService.Read(node) with { Name = key }),
        Networks = All(tree, "networks", (_, node) => ComposeNetwork.Read(node)),
        Volumes = All(tree, "volumes", (_, node) => ComposeVolume.Read(node)),
        Secrets = All(tree, "secrets", (_, node) => Secret(node)),
        Configs = All(tree, "configs", (_, node) => ComposeFileObject.Read(node)),
        Models = All(tree, "models", (_, node) => ComposeModel.Read(node)),
        Extensions = tree.Extensions(),
    };

    private static ComposeFileObject Secret(ComposeMapping node)
    {
        string value = node.Text(EnvironmentValues.SecretValue);
        node.Remove(EnvironmentValues.SecretValue);
        return ComposeFileObject.Read(node) with { Content = value };
    }

    private Dictionary<string, T> All<T>(ComposeMapping tree, string kind, Func<string, ComposeMapping, T> read)
    {
        Dictionary<string, T> all = [];
        foreach ((string key, ComposeNode node) in (tree[kind] as ComposeMapping)?.Entries ?? Enumerable.Empty<KeyValuePair<string, ComposeNode>>())
        {
            all[key] = One(tree, kind, key, node as ComposeMapping ?? new(), read);
        }

        return all;
    }

    /// <summary>Reads one; what is wrong with it is noted and taken out until the rest can be read.</summary>
    private T One<T>(ComposeMapping tree, string kind, string key, ComposeMapping node, Func<string, ComposeMapping, T> read)
    {
        while (true)
        {
            try
            {
                return read(key, node);
            }
            catch (ComposeException e)
            {
                NodePath path = NodePath.Root.Key(kind).Key(key);
                foreach (ComposeFault fault in e.Faults)
                {
                    NodePath? found = fault.Place is { } where ? Pruning.Remove(node, path, where) : null;
                    _faults.Add(fault with { Path = (found ?? path).ToString(), Message = $"{kind}.{key}: {fault.Message}" });
                    if (found is null)
                    {
                        // It is not known what is to be taken out: all of it goes.
                        node = new ComposeMapping { Place = node.Place };
                        ((ComposeMapping)tree[kind]!).Set(key, node, ((ComposeMapping)tree[kind]!).PlaceOf(key));
                    }
                }

                Pruning.Complete(tree, kind, key);
            }
        }
    }

    private static ComposeProject WithProfiles(ComposeProject project)
    {
        bool IsEnabled(ComposeService service) => service.Profiles.Count == 0 || project.Profiles.Contains("*") || service.Profiles.Any(project.Profiles.Contains);
        return project with
        {
            Services = project.Services.Where(entry => IsEnabled(entry.Value)).ToDictionary(),
            DisabledServices = project.Services.Where(entry => !IsEnabled(entry.Value)).ToDictionary(),
        };
    }

    /// <summary>How many containers there are is said in both places.</summary>
    private static ComposeService WithScale(ComposeService service) =>
        service is { Scale: { } scale, Deploy: { } deploy } ? service with { Deploy = deploy with { Replicas = scale } } : service;

    private static Dictionary<string, ComposeService> Each(IReadOnlyDictionary<string, ComposeService> services, Func<ComposeService, ComposeService> change) =>
        services.ToDictionary(entry => entry.Key, entry => change(entry.Value));
}

using Quai.Compose.Checking;
using Quai.Compose.Model;
using Quai.Compose.Yaml;

namespace Quai.Compose.Loading;

/// <summary>Makes a project of a tree: profiles, checks, variables of files, and the services that are wanted.</summary>
/// <param name="files">Where files are read from.</param>
/// <param name="request">What is asked for.</param>
/// <param name="place">Where the project is.</param>
/// <param name="name">The project's name.</param>
/// <param name="warnings">What is odd but not wrong.</param>
internal sealed class ProjectBuilder(IComposeFiles files, ComposeRequest request, ProjectPlace place, string name, List<string> warnings)
{
    private readonly FaultList _faults = new();

    /// <summary>The project.</summary>
    /// <exception cref="ComposeException">Something is wrong with it.</exception>
    public ComposeProject Build(ComposeMapping tree)
    {
        ComposeProject project = Read(tree);
        _faults.ThrowIfAny();
        project = WithProfiles(project);
        Consistency consistency = new(project, tree, _faults);
        if (request.ChecksConsistency)
        {
            consistency.Check();
            _faults.ThrowIfAny();
            project = project with { Services = Each(project.Services, WithScale) };
        }

        project = Selection.Of(project, request.Services);
        ServiceFiles read = new(files, request.CurrentDirectory, project.Environment, _faults);
        project = project with { Services = Each(project.Services, service => read.WithLabels(request.ResolvesEnvironment ? read.WithVariables(service) : service, request.KeepsLabelFiles)) };
        _faults.ThrowIfAny();

        if (request.LeavesOutUnused)
        {
            project = Selection.WithoutUnused(project);
        }

        if (request.ChecksConsistency)
        {
            new Consistency(project, tree, _faults).CheckContainerNames();
            _faults.ThrowIfAny();
        }

        return project with { Warnings = [.. warnings] };
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
            try
            {
                all[key] = read(key, node as ComposeMapping ?? new());
            }
            catch (ComposeException e)
            {
                _faults.Add(new ComposeException([.. e.Faults.Select(fault => fault with { Path = $"{kind}.{key}", Message = $"{kind}.{key}: {fault.Message}" })], e));
            }
        }

        return all;
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

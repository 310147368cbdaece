using Quai.Compose.Model;
using Quai.Compose.Model.Services;
using Quai.Compose.Yaml;

namespace Quai.Compose.Checking;

/// <summary>Whether the parts of a project fit one another.</summary>
/// <param name="project">The project.</param>
/// <param name="tree">What it was read from, for the places of what is wrong.</param>
/// <param name="faults">What is wrong.</param>
internal sealed partial class Consistency(ComposeProject project, ComposeMapping tree, FaultList faults)
{
    private const string Suffix = ": invalid compose project";

    /// <summary>Checks everything but container names.</summary>
    public void Check()
    {
        foreach (ComposeService service in project.Services.Values)
        {
            Source(service);
            References(service);
            Amounts(service);
            Mounts(service);
            RestartRules.Check(service, (message, key, value) => Add(message, ["services", service.Name, .. key.Split('.')], RestartRules.Expected, value));
        }

        foreach ((string name, ComposeFileObject secret) in project.Secrets)
        {
            if (!secret.IsExternal && secret.File.Length == 0 && secret.Environment.Length == 0)
            {
                Add($"secret \"{name}\" must declare either `file` or `environment`{Suffix}", ["secrets", name], "file or environment");
            }
        }

        DependencyCycle();
    }

    /// <summary>No two containers can have the same name.</summary>
    public void CheckContainerNames()
    {
        Dictionary<string, string> names = [];
        foreach (ComposeService service in project.Services.Values.Where(service => service.ContainerName.Length > 0))
        {
            if (!names.TryAdd(service.ContainerName, service.Name))
            {
                Add($"container name \"{service.ContainerName}\" is already in use by service \"{names[service.ContainerName]}\"{Suffix}",
                    ["services", service.Name, "container_name"], "another name");
            }
        }
    }

    private void Source(ComposeService service)
    {
        if (service.Build is null && service.Image.Length == 0 && service.Provider is null)
        {
            Add($"service \"{service.Name}\" has neither an image nor a build context specified{Suffix}", ["services", service.Name], "image or build");
        }

        if (service.Build is { } build)
        {
            if (build.DockerfileInline.Length > 0 && build.Dockerfile.Length > 0)
            {
                Add($"service \"{service.Name}\" declares mutualy exclusive dockerfile and dockerfile_inline{Suffix}", ["services", service.Name, "build"], "one of both");
            }

            foreach ((string name, string context) in build.AdditionalContexts)
            {
                if (!context.StartsWith("service:", StringComparison.Ordinal))
                {
                    continue;
                }

                string target = context["service:".Length..];
                if (!project.Services.TryGetValue(target, out ComposeService? other))
                {
                    Add($"service \"{service.Name}\" declares unknown service \"{target}\" as additional contexts {name}", ["services", service.Name, "build", "additional_contexts", name], "a service that there is");
                }
                else if (other.Build is null)
                {
                    Add($"service \"{service.Name}\" declares non-buildable service \"{target}\" as additional contexts {name}", ["services", service.Name, "build", "additional_contexts", name], "a service that is built");
                }
            }

            if (build.Platforms.Count > 0 && service.Platform.Length > 0 && !build.Platforms.Contains(service.Platform))
            {
                Add($"service.build.platforms MUST include service.platform \"{service.Platform}\"{Suffix}", ["services", service.Name, "platform"], "one of build.platforms");
            }
        }

        if (service.Healthcheck is { Test: [var first, ..] } && first is not ("CMD" or "CMD-SHELL" or "NONE"))
        {
            Add("healthcheck.test must start either by \"CMD\", \"CMD-SHELL\" or \"NONE\"", ["services", service.Name, "healthcheck", "test"], "CMD, CMD-SHELL or NONE as the first element");
        }
    }

    private void References(ComposeService service)
    {
        if (service.NetworkMode.Length > 0 && service.Networks.Count > 0)
        {
            Add($"service {service.Name} declares mutually exclusive `network_mode` and `networks`{Suffix}", ["services", service.Name, "network_mode"], "one of both");
        }

        Undefined(service, "network", "networks", service.Networks.Keys, project.Networks.ContainsKey);
        foreach ((string name, ServiceDependency? dependency) in service.DependsOn)
        {
            bool mayBeMissing = dependency is { Required: false } && project.DisabledServices.ContainsKey(name);
            if (!project.Services.ContainsKey(name) && !mayBeMissing)
            {
                Add($"service \"{service.Name}\" depends on undefined service \"{name}\"{Suffix}", ["services", service.Name, .. KeyOf(service, name)], "a service that there is", name);
            }
        }

        if (service.NetworkMode.StartsWith("service:", StringComparison.Ordinal) && service.NetworkMode["service:".Length..] is var other && !project.Services.ContainsKey(other) && !service.DependsOn.ContainsKey(other))
        {
            Add($"service \"{other}\" not found for network_mode 'service:{other}'", ["services", service.Name, "network_mode"], "a service that there is");
        }

        Undefined(service, "volume", "volumes", service.Volumes.Where(mount => mount.Type == "volume" && mount.Source.Length > 0).Select(mount => mount.Source), project.Volumes.ContainsKey);
        Undefined(service, "build secret", "build.secrets", service.Build?.Secrets.Select(secret => secret.Source) ?? [], project.Secrets.ContainsKey);
        Undefined(service, "config", "configs", service.Configs.Select(config => config.Source), project.Configs.ContainsKey);
        Undefined(service, "model", "models", service.Models.Keys, project.Models.ContainsKey);
        Undefined(service, "secret", "secrets", service.Secrets.Select(secret => secret.Source), project.Secrets.ContainsKey);
    }

    /// <summary>By which key a service depends on another.</summary>
    private static string[] KeyOf(ComposeService service, string other)
    {
        string shared = "service:" + other;
        return service switch
        {
            _ when service.NetworkMode == shared => ["network_mode"],
            _ when service.Ipc == shared => ["ipc"],
            _ when service.Pid == shared => ["pid"],
            _ when service.Uts == shared => ["uts"],
            _ when service.Cgroup == shared => ["cgroup"],
            _ when service.Links.Any(link => link == other || link.StartsWith(other + ":", StringComparison.Ordinal)) => ["links", other],
            _ when service.VolumesFrom.Any(from => from == other || from.StartsWith(other + ":", StringComparison.Ordinal)) => ["volumes_from", other],
            _ => ["depends_on", other],
        };
    }

    private void Undefined(ComposeService service, string kind, string key, IEnumerable<string> names, Func<string, bool> exists)
    {
        foreach (string name in names.Where(name => !exists(name)))
        {
            Add($"service \"{service.Name}\" refers to undefined {kind} {name}{Suffix}", ["services", service.Name, .. key.Split('.'), name], $"a {kind} that there is", name);
        }
    }

    private void Mounts(ComposeService service)
    {
        Dictionary<string, string> targets = [];
        for (int i = 0; i < service.Tmpfs.Count; i++)
        {
            Mount(service, targets, service.Tmpfs[i].Split(':', 2)[0], "tmpfs", i);
        }

        for (int i = 0; i < service.Volumes.Count; i++)
        {
            Mount(service, targets, service.Volumes[i].Target, "volumes", i);
        }
    }

    private void Mount(ComposeService service, Dictionary<string, string> targets, string target, string key, int index)
    {
        string path = $"services.{service.Name}.{key}[{index}]";
        if (!targets.TryAdd(target, path))
        {
            Add($"{path}: target {target} already mounted as {targets[target]}", ["services", service.Name, key], "another target", target);
        }
    }

    private void Add(string message, string[] path, string expected, string? value = null)
    {
        NodePath where = path.Aggregate(NodePath.Root, (parent, key) => parent.Key(key));
        ComposeNode? node = path.Aggregate((ComposeNode?)tree, (parent, key) => (parent as ComposeMapping)?[key]);
        faults.Add(where, TreePlaces.Find(tree, path), value ?? (node as ComposeScalar)?.Text, message, expected);
    }
}

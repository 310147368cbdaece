using Quai.Compose.Model;
using Quai.Compose.Model.Services;

namespace Quai.Compose.Loading;

/// <summary>Leaves out of a project what is not wanted.</summary>
internal static class Selection
{
    /// <summary>The project with these services and those they wait for; with all if there are none.</summary>
    /// <exception cref="ComposeException">There is no such service.</exception>
    public static ComposeProject Of(ComposeProject project, IReadOnlyList<string> wanted)
    {
        if (wanted.Count == 0)
        {
            return project;
        }

        FaultList faults = new();
        Dictionary<string, ComposeService> all = project.Services.Concat(project.DisabledServices).ToDictionary(), kept = [];

        // A service that is asked for enables its profiles, but not those of the services it waits for.
        HashSet<string> profiles = [.. project.Profiles, .. wanted.Where(all.ContainsKey).SelectMany(name => all[name].Profiles)];
        bool IsEnabled(ComposeService service) => service.Profiles.Count == 0 || profiles.Contains("*") || service.Profiles.Any(profiles.Contains);
        Queue<string> open = new(wanted);
        while (open.TryDequeue(out string? name))
        {
            if (!all.TryGetValue(name, out ComposeService? service) || !IsEnabled(service))
            {
                faults.Add(new ComposeException(new ComposeFault($"no such service: {name}") { Value = name, Expected = "a service that there is" }));
            }
            else if (kept.TryAdd(name, service))
            {
                foreach ((string other, ServiceDependency? dependency) in service.DependsOn)
                {
                    if (dependency?.Required != false || (all.TryGetValue(other, out ComposeService? found) && IsEnabled(found)))
                    {
                        open.Enqueue(other);
                    }
                }
            }
        }

        faults.ThrowIfAny();
        return project with { Services = kept, DisabledServices = all.Where(entry => !kept.ContainsKey(entry.Key)).ToDictionary() };
    }

    /// <summary>The project without networks, volumes, secrets and configs that no service uses.</summary>
    public static ComposeProject WithoutUnused(ComposeProject project)
    {
        HashSet<string> networks = [], volumes = [], secrets = [], configs = [], models = [];
        foreach (ComposeService service in project.Services.Values)
        {
            networks.UnionWith(service.Networks.Keys);
            volumes.UnionWith(service.Volumes.Where(mount => mount.Type == "volume" && mount.Source.Length > 0).Select(mount => mount.Source));
            secrets.UnionWith(service.Secrets.Concat(service.Build?.Secrets ?? []).Select(secret => secret.Source));
            configs.UnionWith(service.Configs.Select(config => config.Source));
            models.UnionWith(service.Models.Keys);
        }

        return project with
        {
            Networks = Kept(project.Networks, networks),
            Volumes = Kept(project.Volumes, volumes),
            Secrets = Kept(project.Secrets, secrets),
            Configs = Kept(project.Configs, configs),
            Models = Kept(project.Models, models),
        };
    }

    private static Dictionary<string, T> Kept<T>(IReadOnlyDictionary<string, T> all, HashSet<string> used) => all.Where(entry => used.Contains(entry.Key)).ToDictionary();
}

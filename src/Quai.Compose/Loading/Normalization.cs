using Quai.Compose.Forms;
using Quai.Compose.Merging;
using Quai.Compose.Yaml;

namespace Quai.Compose.Loading;

/// <summary>Adds what a project implies: the default network, dependencies, names.</summary>
/// <param name="projectName">The project's name.</param>
/// <param name="environment">The variables.</param>
internal sealed class Normalization(string projectName, IReadOnlyDictionary<string, string> environment)
{
    private static readonly string[] s_kinds = ["networks", "volumes", "configs", "secrets"], s_namespaces = ["network_mode", "ipc", "pid", "uts", "cgroup"];

    /// <summary>Applies this to a whole project.</summary>
    public void Apply(ComposeMapping root)
    {
        root["name"] = ComposeScalar.Of(projectName);
        bool usesDefault = false;
        foreach (ComposeMapping service in (root["services"] as ComposeMapping)?.Entries.Values.OfType<ComposeMapping>() ?? [])
        {
            usesDefault |= JoinDefault(service);
            Service(service);
        }

        if (usesDefault)
        {
            if (root["networks"] is not ComposeMapping networks)
            {
                root["networks"] = networks = new();
            }

            if (!networks.Has("default"))
            {
                networks["default"] = ComposeScalar.Null();
            }
        }

        SetNames(root);
    }

    /// <summary>Whether the service is in the default network, as it is if it says nothing.</summary>
    private static bool JoinDefault(ComposeMapping service)
    {
        if (service.Has("provider") || service.Has("network_mode"))
        {
            return false;
        }

        if (service["networks"] is ComposeMapping { Count: > 0 } networks)
        {
            return networks.Has("default");
        }

        service["networks"] = new ComposeMapping(("default", ComposeScalar.Null()));
        return true;
    }

    private void Service(ComposeMapping service)
    {
        if (service["pull_policy"] is ComposeScalar { Text: "if_not_present" } policy)
        {
            service["pull_policy"] = ComposeScalar.Of("missing", policy.Place);
        }

        if (service["build"] is ComposeMapping build)
        {
            if (!build.Has("context"))
            {
                build["context"] = ComposeScalar.Of(".");
            }

            if (!build.Has("dockerfile") && !build.Has("dockerfile_inline"))
            {
                build["dockerfile"] = ComposeScalar.Of("Dockerfile");
            }

            if (build["args"] is { } arguments)
            {
                build["args"] = EnvironmentValues.Resolve(arguments, environment, keepsUnset: false);
            }
        }

        if (service["environment"] is { } variables)
        {
            service["environment"] = EnvironmentValues.Resolve(variables, environment, keepsUnset: true);
        }

        foreach (ComposeMapping mount in (service["volumes"] as ComposeSequence)?.Items.OfType<ComposeMapping>() ?? [])
        {
            if (mount["target"] is ComposeScalar target)
            {
                mount["target"] = ComposeScalar.Of(MountForm.Clean(target.Text), target.Place);
            }
        }

        ComposeMapping dependencies = service["depends_on"] as ComposeMapping ?? new() { Place = service.Place };
        AddDependencies(service, dependencies);
        if (dependencies.Count > 0)
        {
            service["depends_on"] = dependencies;
        }
    }

    private static void AddDependencies(ComposeMapping service, ComposeMapping dependencies)
    {
        foreach (ComposeScalar link in Texts(service, "links"))
        {
            string[] parts = link.Text.Split(':');
            Add(dependencies, parts.Length == 2 ? parts[0] : link.Text, link.Place, restarts: true);
        }

        foreach (string key in s_namespaces)
        {
            if (service[key] is ComposeScalar other && other.Text.StartsWith("service:", StringComparison.Ordinal))
            {
                Add(dependencies, other.Text["service:".Length..], other.Place, restarts: true);
            }
        }

        foreach (ComposeScalar volumes in Texts(service, "volumes_from"))
        {
            if (!volumes.Text.StartsWith("container:", StringComparison.Ordinal))
            {
                Add(dependencies, volumes.Text.Split(':')[0], volumes.Place, restarts: false);
            }
        }
    }

    private static void Add(ComposeMapping dependencies, string name, ComposePlace? place, bool restarts)
    {
        if (!dependencies.Has(name))
        {
            ComposeMapping dependency = LongForms.Dependency(place);
            dependency["restart"] = ComposeScalar.Of(restarts, place);
            dependencies.Set(name, dependency, place);
        }
    }

    private void SetNames(ComposeMapping root)
    {
        foreach (string kind in s_kinds)
        {
            if (root[kind] is not ComposeMapping resources)
            {
                continue;
            }

            foreach (string key in resources.Keys)
            {
                ComposeMapping resource = resources[key] as ComposeMapping ?? new() { Place = resources[key]?.Place };
                if (resource["name"] is null or { IsNull: true })
                {
                    bool isExternal = resource["external"] is ComposeScalar { Text: "true" };
                    resource["name"] = ComposeScalar.Of(isExternal ? key : $"{projectName}_{key}");
                }

                resources.Set(key, resource, resources.PlaceOf(key));
            }
        }
    }

    private static IEnumerable<ComposeScalar> Texts(ComposeMapping service, string key) => (service[key] as ComposeSequence)?.Items.OfType<ComposeScalar>() ?? [];
}

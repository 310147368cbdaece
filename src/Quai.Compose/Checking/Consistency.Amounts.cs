using Quai.Compose.Model;

namespace Quai.Compose.Checking;

/// <content>Amounts that can be said in two places, and cycles.</content>
internal sealed partial class Consistency
{
    private void Amounts(ComposeService service)
    {
        if (service.Deploy is { } deploy)
        {
            Distinct(service, service.Scale is not null && deploy.Replicas is { } replicas && replicas != service.Scale, "scale", "deploy.replicas");
            if (deploy.Resources.Limits is { } limits)
            {
                Distinct(service, service.Cpus != 0 && limits.Cpus != service.Cpus, "cpus", "deploy.resources.limits.cpus");
                Distinct(service, service.MemoryLimit != 0 && limits.Memory != service.MemoryLimit, "mem_limit", "deploy.resources.limits.memory");
                Distinct(service, service.PidsLimit != 0 && limits.Pids != service.PidsLimit, "pids_limit", "deploy.resources.limits.pids");
            }

            if (deploy.Resources.Reservations is { } reservations)
            {
                Distinct(service, service.MemoryReservation != 0 && reservations.Memory != service.MemoryReservation, "mem_reservation", "deploy.resources.reservations.memory");
            }
        }

        if (service.ContainerName.Length > 0 && (service.Scale ?? service.Deploy?.Replicas ?? 1) > 1)
        {
            string key = service.Scale is null ? "deploy.replicas" : "scale";
            Add($"services.{service.Name}: can't set container_name and {key} as container name must be unique{Suffix}", ["services", service.Name, "container_name"], "one of both");
        }

        if (service.Develop is { } develop && develop.Watch.Any(rule => rule.Target.Length == 0 && rule.Action is not ("rebuild" or "restart")))
        {
            Add($"services.{service.Name}.develop.watch: target is required for non-rebuild actions{Suffix}", ["services", service.Name, "develop", "watch"], "target");
        }
    }

    private void Distinct(ComposeService service, bool isDistinct, string one, string other)
    {
        if (isDistinct)
        {
            Add($"services.{service.Name}: can't set distinct values on '{one}' and '{other}'{Suffix}", ["services", service.Name, one], $"the same value as {other}");
        }
    }

    private void DependencyCycle()
    {
        HashSet<string> done = [];
        foreach (string name in project.Services.Keys.Order(StringComparer.Ordinal))
        {
            if (Visit(name, [], done))
            {
                return;
            }
        }
    }

    private bool Visit(string name, List<string> chain, HashSet<string> done)
    {
        if (chain.Contains(name))
        {
            string[] cycle = [.. chain.SkipWhile(step => step != name), name];
            Add($"dependency cycle detected: {string.Join(" -> ", cycle)}{Suffix}", ["services", chain[^1], "depends_on", name], "no circle");
            return true;
        }

        if (done.Contains(name) || !project.Services.TryGetValue(name, out ComposeService? service))
        {
            return false;
        }

        bool found = service.DependsOn.Keys.Order(StringComparer.Ordinal).Any(other => Visit(other, [.. chain, name], done));
        done.Add(name);
        return found;
    }
}

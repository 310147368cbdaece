using Quai.Api.Networks;
using Quai.Compose;
using Quai.Compose.Model;
using Quai.Compose.Model.Services;
using Quai.Convergence.Observing;
using Quai.Convergence.Planning.Updating;

namespace Quai.Convergence.Checking;

/// <summary>Whether an engine can have what a project's files describe: what cannot be is told before anything is made, all of it at once.</summary>
public static class EngineChecks
{
    /// <summary>Checks a project; only its enabled services are looked at.</summary>
    /// <param name="project">The project.</param>
    /// <param name="observed">What the engine has.</param>
    /// <exception cref="ConvergenceException">Something of it cannot be.</exception>
    public static void Check(ComposeProject project, ObservedProject observed)
    {
        string[] wrong = [.. Networks(project, observed), .. Volumes(project, observed), .. project.Services.Values.SelectMany(service => Services(project, service))];
        if (wrong.Length > 0)
        {
            throw new ConvergenceException(string.Join('\n', wrong.Distinct()));
        }
    }

    /// <summary>What a service asks for that no container can have, with the service's name.</summary>
    public static string? Refusal(ComposeService service)
    {
        string? refused = service switch
        {
            { Models.Count: > 0 } => "models: nothing here runs language models; run one as a service, or beside the engine, and name its address in `environment`",
            { CredentialSpec: not null } => "credential_spec: it exists on Windows only",
            _ => null,
        };
        return refused is null ? null : $"service \"{service.Name}\": {refused}";
    }

    /// <summary>Why a secret or config cannot be given to a service; null if it can.</summary>
    public static string? Refusal(ComposeFileObject? defined, string kind) => defined switch
    {
        null => $"a service refers to an undefined {kind}",
        { IsExternal: true } => $"unsupported external {kind} {defined.Name}: only a swarm keeps {kind}s; name a `file` or a variable of the `environment` instead",
        { Driver.Length: > 0 } => $"{kind} {defined.Name}: {kind}s.*.driver is not supported",
        { TemplateDriver.Length: > 0 } => $"{kind} {defined.Name}: {kind}s.*.template_driver is not supported",
        _ => null,
    };

    private static IEnumerable<string> Networks(ComposeProject project, ObservedProject observed)
    {
        foreach ((string key, ComposeNetwork network) in project.Networks.Where(entry => entry.Value.IsExternal).OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            NetworkInspect[] named = [.. observed.Networks.Where(one => one.Name == network.Name || one.Id == network.Name)];
            if (named.Length == 0)
            {
                yield return $"{Place(project, "networks." + key)}network {network.Name} declared as external, but could not be found{Users(project, service => service.Networks.ContainsKey(key))}";
            }
            else if (named.Length > 1)
            {
                yield return $"{Place(project, "networks." + key)}multiple networks with name \"{network.Name}\" were found. Use network ID as `name` to avoid ambiguity";
            }
        }
    }

    private static IEnumerable<string> Volumes(ComposeProject project, ObservedProject observed)
    {
        foreach ((string key, ComposeVolume volume) in project.Volumes.Where(entry => entry.Value.IsExternal).OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            if (!observed.Volumes.ContainsKey(volume.Name))
            {
                yield return $"{Place(project, "volumes." + key)}external volume \"{volume.Name}\" not found{Users(project, service => service.Volumes.Any(mount => mount.Type == "volume" && mount.Source == key))}";
            }
        }
    }

    private static IEnumerable<string> Services(ComposeProject project, ComposeService service)
    {
        string place = Place(project, "services." + service.Name);
        if (Refusal(service) is { } refused)
        {
            yield return place + refused;
        }

        if (UpdateOrder.Fault(service) is { } policy)
        {
            yield return place + policy;
        }

        foreach (ServiceFile secret in service.Secrets)
        {
            if (Refusal(project.Secrets.GetValueOrDefault(secret.Source), "secret") is { } wrong)
            {
                yield return $"{Place(project, "secrets." + secret.Source)}service \"{service.Name}\": {wrong}";
            }
        }

        foreach (ServiceFile config in service.Configs)
        {
            if (Refusal(project.Configs.GetValueOrDefault(config.Source), "config") is { } wrong)
            {
                yield return $"{Place(project, "configs." + config.Source)}service \"{service.Name}\": {wrong}";
            }
        }
    }

    private static string Place(ComposeProject project, string path) => project.Places.GetValueOrDefault(path) is { } place ? $"{place}: " : "";

    private static string Users(ComposeProject project, Func<ComposeService, bool> uses)
    {
        string[] names = [.. project.Services.Values.Where(uses).Select(service => $"\"{service.Name}\"").Order(StringComparer.Ordinal)];
        return names.Length == 0 ? "" : $", which {(names.Length == 1 ? "service" : "services")} {string.Join(", ", names)} {(names.Length == 1 ? "needs" : "need")}";
    }
}

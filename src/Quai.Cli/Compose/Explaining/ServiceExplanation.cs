using System.Text;
using Quai.Api.Containers;
using Quai.Cli.Compose.Following;
using Quai.Cli.Compose.Images;
using Quai.Cli.Compose.Providing;
using Quai.Cli.Containers.Explaining;
using Quai.Client;
using Quai.Client.Containers;
using Quai.Compose.Model;
using Quai.Compose.Model.Mounts;
using Quai.Compose.Model.Services;
using Quai.Convergence;
using Quai.Convergence.Observing;

namespace Quai.Cli.Compose.Explaining;

/// <summary>Finds out why services are not up, and says it with what is known of their containers and of what they wait for.</summary>
/// <param name="scope">Where the project is.</param>
/// <param name="project">The project.</param>
/// <param name="observed">What the engine has of it.</param>
/// <param name="tail">How many lines of logs are shown.</param>
internal sealed class ServiceExplanation(ComposeScope scope, ComposeProject project, ObservedProject observed, int tail)
{
    private const string Completed = "service_completed_successfully", Healthy = "service_healthy";

    private readonly HashSet<string> _explained = [];
    private readonly List<string> _lines = [];

    /// <summary>What there is to say, a line each.</summary>
    public IReadOnlyList<string> Lines => _lines;

    /// <summary>Explains a service.</summary>
    /// <returns>Whether it is up.</returns>
    public Task<bool> ExplainAsync(ComposeService service) => ExplainAsync(service, "");

    private async Task<bool> ExplainAsync(ComposeService service, string indent)
    {
        if (service.Provider is { } provider)
        {
            bool isThere = ProviderProgram.Find(provider.Type) is not null;
            _lines.Add($"{indent}{service.Name} is {(isThere ? $"provided by the program {provider.Type}, which alone knows whether it is up" : $"not up: there is no program {provider.Type} that provides it")}");
            return isThere;
        }

        int at = _lines.Count;
        string within = indent + "  ";
        IReadOnlyList<ObservedContainer> containers = observed.Of(service.Name);
        bool isUp = containers.Count > 0;
        if (!_explained.Add(service.Name))
        {
            _lines.Add($"{indent}{service.Name} is not up, as said above");
            return false;
        }

        if (project.DisabledServices.ContainsKey(service.Name) && containers.Count == 0)
        {
            _lines.Add($"{within}no profile that is enabled has it: --profile {(service.Profiles.Count > 0 ? service.Profiles[0] : "NAME")} enables it");
        }
        else if (ServiceScale.Of(service) == 0)
        {
            _lines.Add($"{within}it is to have no containers, by its scale");
        }
        else if (containers.Count == 0)
        {
            await ExplainAbsenceAsync(service, within);
        }

        foreach (ObservedContainer container in containers)
        {
            isUp &= await ExplainAsync(service, container, within);
        }

        _lines.Insert(at, $"{indent}{service.Name} is {(isUp ? IsOnce(service) && containers.All(one => one.HasCompleted) ? "done" : "up" : "not up")}");
        if (isUp)
        {
            _explained.Remove(service.Name);
        }

        return isUp;
    }

    /// <summary>Why a service has no container.</summary>
    private async Task ExplainAbsenceAsync(ComposeService service, string indent)
    {
        int before = _lines.Count;
        await ExplainImageAsync(service, indent);
        foreach ((string key, _) in service.Networks.Where(entry => project.Networks.GetValueOrDefault(entry.Key) is { IsExternal: true } network && observed.Networks.All(one => one.Name != network.Name)))
        {
            _lines.Add($"{indent}its network {project.Networks[key].Name} is external, and there is none: 'quai network create {project.Networks[key].Name}' makes it");
        }

        foreach (ServiceMount mount in service.Volumes.Where(mount => project.Volumes.GetValueOrDefault(mount.Source) is { IsExternal: true } volume && !observed.Volumes.ContainsKey(volume.Name)))
        {
            _lines.Add($"{indent}its volume {project.Volumes[mount.Source].Name} is external, and there is none: 'quai volume create {project.Volumes[mount.Source].Name}' makes it");
        }

        await ExplainDependenciesAsync(service, indent);
        _lines.Insert(before, $"{indent}it has no container{(_lines.Count == before ? $": 'quai compose up -d {service.Name}' makes it" : "")}");
    }

    private async Task ExplainImageAsync(ComposeService service, string indent)
    {
        string image = ServiceScale.ImageOf(project, service);
        if (observed.Images.ContainsKey(image))
        {
            return;
        }

        if (service.Build is not null)
        {
            _lines.Add($"{indent}its image {image} has not been built: 'quai compose build {service.Name}' builds it");
            return;
        }

        try
        {
            await new ImageDigests(scope).ResolveAsync(new Dictionary<string, string> { [image] = service.Name });
            _lines.Add($"{indent}its image {image} is not on the engine, but in its registry: 'quai compose pull {service.Name}' fetches it");
        }
        catch (CommandLine.ExitException e)
        {
            _lines.Add($"{indent}its image is neither on the engine nor to be had: {e.Message}");
        }
    }

    /// <summary>What a container is, if it is not as it should be.</summary>
    /// <returns>Whether it is.</returns>
    private async Task<bool> ExplainAsync(ComposeService service, ObservedContainer container, string indent)
    {
        ContainerInspect found;
        try
        {
            found = await scope.Engine.Containers.InspectAsync(container.Id);
        }
        catch (DaemonException e) when (e.Status == 404)
        {
            _lines.Add($"{indent}container {container.Name} has just been removed");
            return false;
        }

        ContainerState state = found.State;
        string error = state.Error.Length > 0 ? $": {state.Error.ReplaceLineEndings(" ")}" : "";
        switch (state.Status)
        {
            case "running" when state.Health is null or { Status: "healthy" or "none" or "" }:
                return true;
            case "running":
                ExplainHealth(container, state.Health, indent);
                return false;
            case "paused":
                _lines.Add($"{indent}container {container.Name} is paused: 'quai compose unpause {service.Name}' lets it go on");
                return false;
            case "exited" when state.ExitCode == 0 && IsOnce(service):
                return true;
            case "created":
                _lines.Add($"{indent}container {container.Name} has not been started{error}");
                _lines.AddRange(await PortUsers.FindAsync(scope.Engine, found, indent + "  "));
                await ExplainDependenciesAsync(service, indent);
                return false;
            case "restarting":
                _lines.Add($"{indent}container {container.Name} ends again and again, the last time with exit code {state.ExitCode}{error}");
                break;
            default:
                _lines.Add($"{indent}container {container.Name} is {state.Status}: {container.Summary.Status}{error}{(state.OOMKilled ? ": it wanted more memory than it may have" : "")}");
                _lines.AddRange(await PortUsers.FindAsync(scope.Engine, found, indent + "  "));
                break;
        }

        await ShowLogAsync(container, indent + "  ");
        return false;
    }

    private void ExplainHealth(ObservedContainer container, Health health, string indent)
    {
        HealthcheckResult? last = health.Log is [.., { } newest] ? newest : null;
        _lines.Add(health.Status == "starting" && (last is null || last.ExitCode == 0)
            ? $"{indent}container {container.Name} runs, and its health check has not passed yet"
            : $"{indent}container {container.Name} {(health.Status == "starting" ? "runs, and is not healthy yet" : "is unhealthy")}: its health check has failed {health.FailingStreak} times in a row, the last time with exit code {last?.ExitCode}");
        _lines.AddRange((last?.Output ?? "").Split('\n').Select(line => line.TrimEnd()).Where(line => line.Length > 0).TakeLast(tail).Select(line => $"{indent}  | {line}"));
    }

    /// <summary>What a service waits for, and why that is not so.</summary>
    private async Task ExplainDependenciesAsync(ComposeService service, string indent)
    {
        foreach ((string name, ServiceDependency? dependency) in service.DependsOn.OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            ComposeService? other = project.AllServices.FirstOrDefault(one => one.Name == name);
            if (other?.Provider is { } provider && ProviderProgram.Find(provider.Type) is not null)
            {
                continue;
            }

            IReadOnlyList<ObservedContainer> containers = observed.Of(name);
            (bool isMet, string wish) = dependency?.Condition switch
            {
                Healthy => (containers.Count > 0 && containers.All(one => one.IsHealthy), "is healthy"),
                Completed => (containers.Count > 0 && containers.All(one => one.HasCompleted), "has completed"),
                _ => (containers.Count > 0 && containers.All(one => one.State is not "created"), "has started"),
            };
            if (isMet || dependency is { Required: false })
            {
                continue;
            }

            _lines.Add($"{indent}it waits until {name} {wish}");
            if (other is not null)
            {
                await ExplainAsync(other, indent + "  ");
            }
        }
    }

    private async Task ShowLogAsync(ObservedContainer container, string indent)
    {
        if (tail == 0)
        {
            return;
        }

        ContainerLog log = new(container, container.Name);
        try
        {
            await log.ReadAsync(scope.Engine, new LogOptions { Timestamps = true, Tail = tail.ToString(System.Globalization.CultureInfo.InvariantCulture) });
        }
        catch (DaemonException e)
        {
            _lines.Add($"{indent}its log cannot be read: {e.Message}");
            return;
        }

        _lines.Add($"{indent}{(log.Lines.Count == 0 ? "it has written nothing" : "its last words:")}");
        _lines.AddRange(log.Lines.Select(line => $"{indent}| {Encoding.UTF8.GetString(line.Text).TrimEnd('\r')}"));
    }

    /// <summary>Whether others wait for the end of a service.</summary>
    private bool IsOnce(ComposeService service) => project.Services.Values.Any(other => other.DependsOn.GetValueOrDefault(service.Name) is { Condition: Completed });
}

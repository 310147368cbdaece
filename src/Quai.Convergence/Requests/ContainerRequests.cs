using System.Globalization;
using System.Text.Json;
using Quai.Api.Containers;
using Quai.Compose.Model;
using Quai.Compose.Model.Services;
using Quai.Compose.Printing;

namespace Quai.Convergence.Requests;

/// <summary>Makes the request for a container from its service, field by field as docker compose does.</summary>
public static class ContainerRequests
{
    private static readonly JsonElement s_empty = JsonDocument.Parse("{}").RootElement;

    /// <summary>The request.</summary>
    /// <param name="project">The project.</param>
    /// <param name="order">What is to be made.</param>
    /// <param name="context">What is not in the project's files.</param>
    /// <exception cref="ConvergenceException">The service asks for what there is not.</exception>
    public static ContainerCreateRequest Of(ComposeProject project, ContainerOrder order, RequestContext context)
    {
        ComposeService service = order.Service;
        (string networkMode, NetworkingConfig? networking) = EndpointRequests.Of(project, order);
        return new()
        {
            Hostname = service.Hostname,
            Domainname = service.DomainName,
            User = service.User,
            ExposedPorts = ExposedPorts(service),
            Tty = service.Tty,
            OpenStdin = service.StdinOpen,
            StdinOnce = order.AttachesInput && service.StdinOpen,
            AttachStdin = order.AttachesInput,
            AttachStdout = true,
            AttachStderr = true,
            Cmd = service.Command is { } command ? [.. command] : null,
            Entrypoint = service.Entrypoint is { } entrypoint ? [.. entrypoint] : null,
            Image = ServiceScale.ImageOf(project, service),
            WorkingDir = service.WorkingDirectory,
            NetworkDisabled = service.NetworkMode == "disabled" ? true : null,
            Labels = Labels(project, order, context),
            StopSignal = service.StopSignal.Length > 0 ? service.StopSignal : null,
            StopTimeout = service.StopGracePeriod is { } grace ? (int)(grace.Nanoseconds / 1_000_000_000) : null,
            Env = Variables(service, context),
            Healthcheck = Health(service),
            HostConfig = HostRequests.Of(project, order, networkMode),
            NetworkingConfig = networking,
        };
    }

    private static List<string>? Variables(ComposeService service, RequestContext context)
    {
        SortedDictionary<string, string?> variables = new(StringComparer.Ordinal);
        foreach ((string name, string value) in context.Proxies)
        {
            variables[name] = value;
        }

        foreach ((string name, string? value) in service.Environment)
        {
            variables[name] = value;
        }

        return variables.Count == 0 ? null : [.. variables.Select(variable => variable.Value is { } value ? $"{variable.Key}={value}" : variable.Key)];
    }

    private static Dictionary<string, string> Labels(ComposeProject project, ContainerOrder order, RequestContext context)
    {
        ComposeService service = order.Service;
        Dictionary<string, string> labels = new(service.Labels);
        foreach ((string name, string value) in context.Labels(project))
        {
            labels[name] = value;
        }

        labels[ComposeLabels.Service] = service.Name;
        labels[ComposeLabels.WorkingDirectory] = project.WorkingDirectory;
        labels[ComposeLabels.ConfigFiles] = string.Join(',', project.Files);
        labels[ComposeLabels.OneOff] = "False";
        if (context.EnvironmentFiles.Count > 0)
        {
            labels[ComposeLabels.EnvironmentFiles] = string.Join(',', context.EnvironmentFiles);
        }

        if (order.Image is { } image)
        {
            labels[ComposeLabels.Image] = image.Id;
        }

        if (order.Number > 0)
        {
            labels[ComposeLabels.Number] = order.Number.ToString(CultureInfo.InvariantCulture);
        }

        labels[ComposeLabels.ConfigHash] = ConfigHash.Of(service);
        if (FileInjection.Hash(project, service) is { } files)
        {
            labels[ComposeLabels.Files] = files;
        }

        // One that no profile enables is no dependency: it may be missing.
        labels[ComposeLabels.DependsOn] = string.Join(',', service.DependsOn.Where(entry => project.Services.ContainsKey(entry.Key)).OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => Dependency(entry.Key, entry.Value)));
        if (order.Replaced is not null)
        {
            labels[ComposeLabels.Replace] = service.ContainerName.Length > 0 ? service.ContainerName : string.Create(CultureInfo.InvariantCulture, $"{service.Name}-{order.Number}");
        }

        foreach ((string name, string value) in order.Labels)
        {
            labels[name] = value;
        }

        return labels;
    }

    private static string Dependency(string name, ServiceDependency? dependency) => $"{name}:{dependency?.Condition}:{(dependency is { Restart: true } ? "true" : "false")}";

    private static Dictionary<string, JsonElement>? ExposedPorts(ComposeService service)
    {
        Dictionary<string, JsonElement> ports = [];
        foreach (string port in service.Expose)
        {
            ports[port] = s_empty;
        }

        foreach (ServicePort port in service.Ports)
        {
            ports[string.Create(CultureInfo.InvariantCulture, $"{port.Target}/{port.Protocol}")] = s_empty;
        }

        return ports.Count > 0 ? ports : null;
    }

    private static HealthConfig? Health(ComposeService service)
    {
        if (service.Healthcheck is not { } check)
        {
            return null;
        }

        return new()
        {
            Test = check.Disable ? ["NONE"] : check.Test.Count > 0 ? [.. check.Test] : null,
            Interval = check.Interval?.Nanoseconds ?? 0,
            Timeout = check.Timeout?.Nanoseconds ?? 0,
            StartPeriod = check.StartPeriod?.Nanoseconds ?? 0,
            StartInterval = check.StartInterval?.Nanoseconds ?? 0,
            Retries = (int)(check.Retries ?? 0),
        };
    }
}

using System.Globalization;
using System.Text.Json;
using Quai.Api.Containers;
using Quai.Compose.Model;
using Quai.Compose.Model.Services;

namespace Quai.Convergence.Requests;

/// <summary>The half of a request for a container that is about the host.</summary>
internal static class HostRequests
{
    /// <summary>This half.</summary>
    /// <exception cref="ConvergenceException">The service asks for what there is not.</exception>
    public static HostConfig Of(ComposeProject project, ContainerOrder order, string networkMode)
    {
        ComposeService service = order.Service;
        (List<string> binds, List<MountRequest> mounts) = MountRequests.Of(project, order);
        (List<string>? security, bool isUnconfined) = Security(project, service);
        HostConfig host = new()
        {
            AutoRemove = order.IsRemovedAtEnd,
            Annotations = Map(service.Annotations),
            Binds = List(binds),
            Mounts = mounts.Count > 0 ? mounts : null,
            CapAdd = Capabilities(service.CapAdd),
            CapDrop = Capabilities(service.CapDrop),
            NetworkMode = networkMode,
            Init = service.Init,
            IpcMode = service.Ipc,
            CgroupnsMode = service.Cgroup,
            ReadonlyRootfs = service.ReadOnly,
            RestartPolicy = Restart(service),
            ShmSize = service.SharedMemorySize,
            Sysctls = Map(service.Sysctls),
            PortBindings = Ports(service),
            VolumeDriver = service.VolumeDriver,
            VolumesFrom = List(service.VolumesFrom),
            Dns = List(service.Dns),
            DnsSearch = List(service.DnsSearch),
            DnsOptions = List(service.DnsOptions),
            ExtraHosts = [.. service.ExtraHosts.OrderBy(host => host.Key, StringComparer.Ordinal).SelectMany(host => host.Value.Select(address => $"{host.Key}:{address}"))],
            SecurityOpt = security,
            StorageOpt = Map(service.StorageOptions),
            UsernsMode = service.UserNamespaceMode,
            UTSMode = service.Uts,
            Privileged = service.Privileged,
            PidMode = service.Pid,
            Tmpfs = service.Tmpfs.Count > 0 ? Tmpfs(service) : null,
            Isolation = service.Isolation,
            Runtime = service.Runtime,
            GroupAdd = List(service.GroupAdd),
            Links = List(order.Links),
            OomScoreAdj = (int)service.OomScoreAdjust,
            MaskedPaths = isUnconfined ? [] : null,
            ReadonlyPaths = isUnconfined ? [] : null,
        };
        if (service.Logging is { } logging)
        {
            host.LogConfig = new() { Type = logging.Driver, Config = new(logging.Options) };
        }

        ResourceRequests.Fill(host, service);
        return host;
    }

    private static Dictionary<string, string> Tmpfs(ComposeService service)
    {
        Dictionary<string, string> all = [];
        foreach (string one in service.Tmpfs)
        {
            string[] parts = one.Split(':', 2);
            all[parts[0]] = parts.Length > 1 ? parts[1] : "";
        }

        return all;
    }

    private static Dictionary<string, List<PortBinding>?> Ports(ComposeService service)
    {
        Dictionary<string, List<PortBinding>?> bindings = [];
        foreach (ServicePort port in service.Ports)
        {
            string key = string.Create(CultureInfo.InvariantCulture, $"{port.Target}/{port.Protocol}");
            if (!bindings.TryGetValue(key, out List<PortBinding>? list) || list is null)
            {
                bindings[key] = list = [];
            }

            list.Add(new() { HostIp = port.HostIp, HostPort = port.Published });
        }

        return bindings;
    }

    private static RestartPolicy Restart(ComposeService service)
    {
        if (service.Deploy?.RestartPolicy is { } policy)
        {
            return new() { Name = Condition(policy.Condition), MaximumRetryCount = (int)(policy.MaxAttempts ?? 0) };
        }

        string[] parts = service.Restart.Split(':');
        return new() { Name = Condition(parts[0]), MaximumRetryCount = parts.Length > 1 && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int attempts) ? attempts : 0 };
    }

    private static string Condition(string condition) => condition switch
    {
        "none" or "no" => "no",
        "any" or "always" => "always",
        _ => condition,
    };

    private static (List<string>? Options, bool IsUnconfined) Security(ComposeProject project, ComposeService service)
    {
        bool isUnconfined = false;
        List<string> options = [];
        foreach (string option in service.SecurityOptions)
        {
            if (option == "systempaths=unconfined")
            {
                isUnconfined = true;
                continue;
            }

            string[] parts = option.Split('=', 2);
            if (parts.Length == 1 && parts[0] != "no-new-privileges")
            {
                parts = option.Split(':', 2);
                if (parts.Length == 1)
                {
                    throw new ConvergenceException($"Invalid security-opt: \"{option}\"");
                }
            }

            options.Add(parts[0] == "seccomp" && parts[1] is not ("unconfined" or "builtin") ? "seccomp=" + Profile(project, parts[1]) : option);
        }

        return (List(options), isUnconfined);
    }

    private static string Profile(ComposeProject project, string path)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(project.WorkingDirectory, path)));
            using MemoryStream text = new();
            using (Utf8JsonWriter writer = new(text))
            {
                document.RootElement.WriteTo(writer);
            }

            return System.Text.Encoding.UTF8.GetString(text.ToArray());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConvergenceException($"opening seccomp profile ({path}) failed: {e.Message}", e);
        }
        catch (JsonException e)
        {
            throw new ConvergenceException($"compacting json for seccomp profile ({path}) failed: {e.Message}", e);
        }
    }

    /// <summary>Capabilities with their full names, each once and in order, as Docker's clients send them.</summary>
    private static List<string>? Capabilities(IReadOnlyList<string> names)
    {
        string[] full = [.. names.Select(name => name.Trim().ToUpperInvariant()).Select(name => name == "ALL" || name.StartsWith("CAP_", StringComparison.Ordinal) ? name : "CAP_" + name)];
        return full.Length == 0 ? null : full.Contains("ALL") ? ["ALL"] : [.. full.Distinct().Order(StringComparer.Ordinal)];
    }

    private static List<string>? List(IReadOnlyList<string> items) => items.Count > 0 ? [.. items] : null;

    private static Dictionary<string, string>? Map(IReadOnlyDictionary<string, string> items) => items.Count > 0 ? new(items) : null;
}

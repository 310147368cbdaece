using System.Globalization;
using Quai.Api.Containers;

namespace Quai.Convergence.Differences;

/// <summary>Tells in the words of compose files how a container differs from what its service describes.</summary>
public static class ContainerDifferences
{
    private const string OwnLabels = "com.docker.compose.";
    private static readonly string[] s_chosen = ["hostname", "ipc", "logging.driver", "runtime"];

    /// <summary>The differences, in the order of the keys.</summary>
    /// <param name="actual">The container.</param>
    /// <param name="wanted">The request by which it would be made now.</param>
    /// <param name="image">The configuration of the container's image; null where that is gone.</param>
    public static IReadOnlyList<ServiceDifference> Of(ContainerInspect actual, ContainerCreateRequest wanted, ContainerConfig? image)
    {
        SortedDictionary<string, string> before = Facts(actual.Config, actual.HostConfig, image), after = Facts(wanted, wanted.HostConfig!, image);
        foreach (string network in actual.NetworkSettings.Networks.Keys.Where(_ => wanted.NetworkingConfig is not null || actual.HostConfig.NetworkMode is not ("host" or "none")))
        {
            before["networks." + network] = "";
        }

        foreach (string network in wanted.NetworkingConfig?.EndpointsConfig?.Keys ?? Enumerable.Empty<string>())
        {
            after["networks." + network] = "";
        }

        // What nobody described was chosen by the engine.
        foreach (string key in s_chosen.Where(key => !after.ContainsKey(key)))
        {
            before.Remove(key);
        }

        return [.. before.Keys.Union(after.Keys).Order(StringComparer.Ordinal).Select(key => new ServiceDifference(key, before.GetValueOrDefault(key), after.GetValueOrDefault(key))).Where(one => one.Before != one.After)];
    }

    private static SortedDictionary<string, string> Facts(ContainerConfig config, HostConfig host, ContainerConfig? image)
    {
        SortedDictionary<string, string> facts = new(StringComparer.Ordinal);
        void Add(string key, string? value, string? fallback = "")
        {
            if (!string.IsNullOrEmpty(value) && value != fallback)
            {
                facts[key] = value;
            }
        }

        void AddNumber(string key, long? value) => Add(key, value is null or 0 ? "" : value.Value.ToString(CultureInfo.InvariantCulture));
        void AddFlag(string key, bool? value) => Add(key, value == true ? "true" : "");
        void AddList(string key, IEnumerable<string>? values) => Add(key, values is null ? "" : string.Join(' ', values.Order(StringComparer.Ordinal)));

        Add("image", config.Image);
        Add("command", Words(config.Cmd), Words(image?.Cmd));
        Add("entrypoint", Words(config.Entrypoint), Words(image?.Entrypoint));
        Add("user", config.User, image?.User);
        Add("working_dir", config.WorkingDir, image?.WorkingDir);
        Add("hostname", config.Hostname);
        Add("domainname", config.Domainname);
        Add("stop_signal", config.StopSignal, image?.StopSignal);
        AddNumber("stop_grace_period", config.StopTimeout);
        AddFlag("tty", config.Tty);
        AddFlag("stdin_open", config.OpenStdin);
        AddHealth(config.Healthcheck, image?.Healthcheck, Add, AddNumber);
        foreach (string variable in config.Env ?? [])
        {
            string[] parts = variable.Split('=', 2);
            if (image?.Env?.Contains(variable) != true && parts.Length == 2)
            {
                facts["environment." + parts[0]] = parts[1];
            }
        }

        foreach ((string name, string value) in (config.Labels ?? []).Where(label => !label.Key.StartsWith(OwnLabels, StringComparison.Ordinal) && label.Key != ComposeLabels.Files && image?.Labels?.GetValueOrDefault(label.Key) != label.Value))
        {
            facts["labels." + name] = value;
        }

        foreach ((string port, List<PortBinding>? bindings) in host.PortBindings ?? [])
        {
            foreach (PortBinding binding in bindings ?? [])
            {
                facts[$"ports.{binding.HostIp}{(binding.HostIp.Length > 0 ? ":" : "")}{binding.HostPort}{(binding.HostPort.Length > 0 ? ":" : "")}{port}"] = "";
            }
        }

        AddMounts(host, facts);
        Add("restart", host.RestartPolicy.Name is "no" ? "" : host.RestartPolicy.MaximumRetryCount > 0 ? $"{host.RestartPolicy.Name}:{host.RestartPolicy.MaximumRetryCount}" : host.RestartPolicy.Name);
        Add("network_mode", host.NetworkMode is "host" or "none" || host.NetworkMode.StartsWith("container:", StringComparison.Ordinal) ? host.NetworkMode : "");
        Add("pid", host.PidMode);
        Add("ipc", host.IpcMode, "private");
        Add("runtime", host.Runtime, "runc");
        AddFlag("privileged", host.Privileged);
        AddFlag("read_only", host.ReadonlyRootfs);
        AddFlag("init", host.Init);
        AddList("cap_add", host.CapAdd);
        AddList("cap_drop", host.CapDrop);
        AddList("dns", host.Dns);
        AddList("dns_search", host.DnsSearch);
        AddList("dns_opt", host.DnsOptions);
        AddList("extra_hosts", host.ExtraHosts);
        AddList("group_add", host.GroupAdd);
        AddList("security_opt", host.SecurityOpt);
        AddList("volumes_from", host.VolumesFrom);
        AddList("sysctls", host.Sysctls?.Select(one => $"{one.Key}={one.Value}"));
        AddList("tmpfs", host.Tmpfs?.Select(one => one.Value.Length > 0 ? $"{one.Key}:{one.Value}" : one.Key));
        AddList("devices", host.Devices?.Select(one => $"{one.PathOnHost}:{one.PathInContainer}:{one.CgroupPermissions}"));
        AddList("ulimits", host.Ulimits?.Select(one => $"{one.Name}={one.Soft}:{one.Hard}"));
        AddNumber("mem_limit", host.Memory);
        AddNumber("mem_reservation", host.MemoryReservation);
        Add("cpus", host.NanoCpus == 0 ? "" : (host.NanoCpus / 1e9m).ToString("0.#########", CultureInfo.InvariantCulture));
        AddNumber("cpu_shares", host.CpuShares);
        AddNumber("pids_limit", host.PidsLimit);
        Add("cpuset", host.CpusetCpus);
        AddNumber("shm_size", host.ShmSize == 64 * 1024 * 1024 ? 0 : host.ShmSize);
        Add("logging.driver", host.LogConfig.Type, "json-file");
        AddList("logging.options", host.LogConfig.Config.Select(one => $"{one.Key}={one.Value}"));
        return facts;
    }

    private static void AddHealth(HealthConfig? check, HealthConfig? image, Action<string, string?, string?> add, Action<string, long?> addNumber)
    {
        add("healthcheck.test", Words(check?.Test), Words(image?.Test));
        if (check?.Test is not null)
        {
            addNumber("healthcheck.retries", check.Retries);
            foreach ((string name, long time) in ((string, long)[])[("interval", check.Interval), ("timeout", check.Timeout), ("start_period", check.StartPeriod), ("start_interval", check.StartInterval)])
            {
                add("healthcheck." + name, time == 0 ? "" : new Compose.Model.GoDuration(time).ToString(), "");
            }
        }
    }

    private static void AddMounts(HostConfig host, SortedDictionary<string, string> facts)
    {
        foreach (string bind in host.Binds ?? [])
        {
            string[] parts = bind.Split(':');
            facts["volumes." + (parts.Length > 1 ? parts[1] : parts[0])] = bind;
        }

        // An anonymous volume that is taken over has a name only then.
        foreach (MountRequest mount in host.Mounts ?? [])
        {
            bool isAnonymous = mount.Type == "volume" && (string.IsNullOrEmpty(mount.Source) || (mount.Source.Length == 64 && mount.Source.All(char.IsAsciiHexDigitLower)));
            facts["volumes." + mount.Target] = $"{mount.Type}{(isAnonymous ? "" : ":" + mount.Source)}{(mount.ReadOnly ? ":ro" : "")}";
        }
    }

    private static string Words(IEnumerable<string>? words) => words is null ? "" : string.Join(' ', words.Select(word => word.Length == 0 || word.Contains(' ', StringComparison.Ordinal) ? $"\"{word}\"" : word));
}

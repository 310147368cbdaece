using Quai.Api.Containers;
using Quai.Engine.Containers.Spec;
using Quai.Engine.Containers.Spec.Networking;
using Quai.Engine.Logs.Options;
using Quai.Cdi;
using Quai.Errors;

namespace Quai.Engine.Containers.Requests;

/// <summary>What a create request may ask of the host, and defaults for what it omits.</summary>
internal static class HostConfigRules
{
    private static readonly HashSet<string> s_capabilities =
    [
        "ALL", "CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_DAC_READ_SEARCH", "CAP_FOWNER", "CAP_FSETID", "CAP_KILL", "CAP_SETGID", "CAP_SETUID", "CAP_SETPCAP",
        "CAP_LINUX_IMMUTABLE", "CAP_NET_BIND_SERVICE", "CAP_NET_BROADCAST", "CAP_NET_ADMIN", "CAP_NET_RAW", "CAP_IPC_LOCK", "CAP_IPC_OWNER", "CAP_SYS_MODULE",
        "CAP_SYS_RAWIO", "CAP_SYS_CHROOT", "CAP_SYS_PTRACE", "CAP_SYS_PACCT", "CAP_SYS_ADMIN", "CAP_SYS_BOOT", "CAP_SYS_NICE", "CAP_SYS_RESOURCE", "CAP_SYS_TIME",
        "CAP_SYS_TTY_CONFIG", "CAP_MKNOD", "CAP_LEASE", "CAP_AUDIT_WRITE", "CAP_AUDIT_CONTROL", "CAP_SETFCAP", "CAP_MAC_OVERRIDE", "CAP_MAC_ADMIN", "CAP_SYSLOG",
        "CAP_WAKE_ALARM", "CAP_BLOCK_SUSPEND", "CAP_AUDIT_READ", "CAP_PERFMON", "CAP_BPF", "CAP_CHECKPOINT_RESTORE",
    ];

    /// <summary>Refuses what is impossible, in Docker's words, and collects warnings.</summary>
    public static void Validate(ContainerConfig config, HostConfig host, EngineOptions options, List<string> warnings)
    {
        ValidateConfig(config);
        LineRules.Check(config, host);
        ResourceRules.Validate(host, update: false);
        ValidateRestart(host.RestartPolicy, host.AutoRemove);
        ValidateModes(config, host, warnings);
        CheckCapabilities("CapAdd", host.CapAdd);
        CheckCapabilities("CapDrop", host.CapDrop);
        CheckSysctls(host);
        LogDrivers.Validate(DriverOf(host, options), LogDrivers.Merge(DriverOf(host, options), host.LogConfig.Config, options));
        if (host.OomScoreAdj is < -1000 or > 1000)
        {
            throw QuaiException.Invalid($"Invalid value {host.OomScoreAdj}, range for oom score adj is [-1000, 1000]");
        }

        if (host.ShmSize < 0)
        {
            throw QuaiException.Invalid("SHM size can not be less than 0");
        }

        if (host.Isolation is not ("" or "default"))
        {
            throw QuaiException.Invalid($"Invalid isolation: \"{host.Isolation}\" - linux only supports 'default'");
        }

        if (host.Runtime is not ("" or "quai" or "runc" or "io.containerd.runc.v2"))
        {
            throw options.Runtimes.ContainsKey(host.Runtime)
                ? new QuaiException(ErrorKind.NotImplemented, $"runtime {host.Runtime}: containers run by other runtimes are not supported yet")
                : QuaiException.Invalid($"unknown or invalid runtime name: {host.Runtime}");
        }

        if (host.StorageOpt is { Count: > 0 })
        {
            throw QuaiException.Invalid("--storage-opt is supported only for overlay over xfs with 'pquota' mount option");
        }

        foreach (DeviceRequest devices in (host.DeviceRequests ?? []).OfType<DeviceRequest>())
        {
            CheckDevices(devices);
        }

        foreach (string tmpfs in host.Tmpfs?.Values ?? Enumerable.Empty<string>())
        {
            CheckTmpfs(tmpfs);
        }

        // Read here so that a bad port is refused before anything is created.
        _ = SpecReader.PublishedOf(host);
        foreach (string exposed in config.ExposedPorts?.Keys ?? Enumerable.Empty<string>())
        {
            _ = PortRange.Parse(exposed);
        }
    }

    /// <summary>Options of tmpfs that the kernel, or mount(8), knows.</summary>
    private static void CheckTmpfs(string options)
    {
        foreach (string option in options.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            int equals = option.IndexOf('=', StringComparison.Ordinal);
            string name = equals < 0 ? option : option[..equals];
            bool known = equals < 0
                ? name is "exec" or "noexec" or "suid" or "nosuid" or "dev" or "nodev" or "rw" or "ro" or "sync" or "async" or "dirsync" or "mand" or "nomand" or "atime" or "noatime"
                    or "diratime" or "nodiratime" or "relatime" or "norelatime" or "strictatime" or "nostrictatime" or "bind" or "rbind" or "defaults" or "remount"
                    or "private" or "rprivate" or "shared" or "rshared" or "slave" or "rslave" or "unbindable" or "runbindable"
                : name is "size" or "mode" or "uid" or "gid" or "nr_inodes" or "nr_blocks" or "mpol";
            if (!known)
            {
                throw QuaiException.Invalid($"invalid tmpfs option \"{name}\"");
            }
        }
    }

    /// <summary>Refuses a restart policy that makes no sense.</summary>
    public static void ValidateRestart(RestartPolicy policy, bool autoRemove)
    {
        switch (policy.Name)
        {
            case "" or "no" or "always" or "unless-stopped":
                if (policy.MaximumRetryCount != 0)
                {
                    throw QuaiException.Invalid(policy.MaximumRetryCount < 0
                        ? "invalid restart policy: maximum retry count can only be used with 'on-failure' and cannot be negative"
                        : "invalid restart policy: maximum retry count can only be used with 'on-failure'");
                }

                break;
            case "on-failure" or "unhealthy":
                if (policy.MaximumRetryCount < 0)
                {
                    throw QuaiException.Invalid("invalid restart policy: maximum retry count cannot be negative");
                }

                break;
            default:
                throw QuaiException.Invalid($"invalid restart policy: unknown policy '{policy.Name}'; use one of 'no', 'always', 'on-failure', or 'unless-stopped'");
        }

        if (autoRemove && policy.Name is not ("" or "no"))
        {
            throw QuaiException.Invalid("can't create 'AutoRemove' container with restart policy");
        }
    }

    /// <summary>Fills in what the request omits.</summary>
    public static void SetDefaults(HostConfig host, EngineOptions options)
    {
        if (host.RestartPolicy.Name.Length == 0)
        {
            host.RestartPolicy.Name = "no";
        }

        host.NetworkMode = host.NetworkMode is "" or "default" ? "bridge" : host.NetworkMode;
        host.IpcMode = host.IpcMode.Length == 0 ? options.DefaultIpcMode : host.IpcMode;
        host.CgroupnsMode = host.CgroupnsMode.Length == 0 ? (host.Privileged ? "host" : options.DefaultCgroupnsMode) : host.CgroupnsMode;
        host.ShmSize = host.ShmSize == 0 ? options.DefaultShmSize : host.ShmSize;
        host.Runtime = host.Runtime.Length == 0 ? options.DefaultRuntime : host.Runtime;
        host.PidsLimit = host.PidsLimit is 0 ? null : host.PidsLimit;
        if (host.MemorySwappiness == -1)
        {
            host.MemorySwappiness = null;
        }

        if (host.Memory > 0 && host.MemorySwap == 0)
        {
            host.MemorySwap = host.Memory * 2;
        }

        string driver = DriverOf(host, options);
        host.LogConfig = new LogConfig { Type = driver, Config = LogDrivers.Merge(driver, host.LogConfig.Config, options) };
        if (host.Privileged)
        {
            host.SecurityOpt = [.. (host.SecurityOpt ?? []).Where(o => o != "label=disable"), "label=disable"];
        }
        else
        {
            host.MaskedPaths ??= [.. Specs.RuntimeSpecBuilder.DefaultMaskedPaths];
            host.ReadonlyPaths ??= [.. Specs.RuntimeSpecBuilder.DefaultReadonlyPaths];
        }

        host.PortBindings ??= [];
        host.Dns ??= [];
        host.DnsOptions ??= [];
        host.DnsSearch ??= [];
        host.Devices ??= [];
        host.Ulimits ??= [];
        host.BlkioWeightDevice ??= [];
        host.BlkioDeviceReadBps ??= [];
        host.BlkioDeviceReadIOps ??= [];
        host.BlkioDeviceWriteBps ??= [];
        host.BlkioDeviceWriteIOps ??= [];
        host.ConsoleSize ??= [0, 0];
    }

    private static void ValidateConfig(ContainerConfig config)
    {
        if (config.WorkingDir.Length > 0 && !config.WorkingDir.StartsWith('/'))
        {
            throw QuaiException.Invalid($"the working directory '{config.WorkingDir}' is invalid, it needs to be an absolute path");
        }

        foreach (string entry in config.Env ?? [])
        {
            if (entry.Length == 0 || entry[0] == '=' || entry.Contains('\0', StringComparison.Ordinal))
            {
                throw QuaiException.Invalid($"invalid environment variable: {entry}");
            }
        }

        if (!string.IsNullOrEmpty(config.StopSignal))
        {
            Signals.Parse(config.StopSignal);
        }

        if (config.Healthcheck is not { } health)
        {
            return;
        }

        if (health.Test is { Count: > 0 } test && test[0] is not ("" or "NONE" or "CMD" or "CMD-SHELL"))
        {
            throw QuaiException.Invalid($"Unknown healthcheck type '{test[0]}'");
        }

        foreach ((string name, long value) in new[] { ("Interval", health.Interval), ("Timeout", health.Timeout), ("StartPeriod", health.StartPeriod), ("StartInterval", health.StartInterval) })
        {
            if (value is not 0 and < 1_000_000)
            {
                throw QuaiException.Invalid($"{name} in Healthcheck cannot be less than 1ms");
            }
        }

        if (health.Retries < 0)
        {
            throw QuaiException.Invalid("Retries in Healthcheck cannot be negative");
        }
    }

    private static void ValidateModes(ContainerConfig config, HostConfig host, List<string> warnings)
    {
        CheckMode("IPC", host.IpcMode, "private", "shareable", "none", "host");
        CheckMode("PID", host.PidMode, "host", "private");
        if (host.UTSMode is not ("" or "host"))
        {
            throw QuaiException.Invalid($"invalid UTS mode: {host.UTSMode}");
        }

        if (host.UsernsMode is not ("" or "host"))
        {
            throw QuaiException.Invalid($"invalid user namespace mode: {host.UsernsMode}");
        }

        if (host.CgroupnsMode is not ("" or "host" or "private"))
        {
            throw QuaiException.Invalid($"invalid cgroup namespace mode: {host.CgroupnsMode}");
        }

        if (host.UTSMode == "host" && config.Hostname.Length > 0)
        {
            throw QuaiException.Invalid("conflicting options: hostname and the UTS mode");
        }

        if (host.NetworkMode.StartsWith("container", StringComparison.Ordinal) && new NetworkMode(host.NetworkMode).Container is null or "")
        {
            throw QuaiException.Invalid("Invalid network mode: invalid container format container:<name|id>");
        }

        if (new NetworkMode(host.NetworkMode).IsHost && host.PortBindings is { Count: > 0 })
        {
            warnings.Add("Published ports are discarded when using host network mode");
        }

        if (new NetworkMode(host.NetworkMode).IsHost && host.Links is { Count: > 0 })
        {
            throw QuaiException.Invalid("conflicting options: host type networking can't be used with links. This would result in undefined behavior");
        }

        if (!new NetworkMode(host.NetworkMode).IsContainer)
        {
            return;
        }

        string? conflict = config.Hostname.Length > 0 ? "hostname"
            : host.Dns is { Count: > 0 } ? "dns"
            : host.ExtraHosts is { Count: > 0 } ? "custom host-to-IP mapping"
            : host.Links is { Count: > 0 } ? "container type network can't be used with links. This would result in undefined behavior"
            : null;
        if (conflict is not null)
        {
            throw QuaiException.Invalid(conflict.StartsWith("container", StringComparison.Ordinal) ? "conflicting options: " + conflict : $"conflicting options: {conflict} and the network mode");
        }

        if (host.PortBindings is { Count: > 0 } || host.PublishAllPorts)
        {
            throw QuaiException.Invalid("conflicting options: port publishing and the container type network mode");
        }

        if (config.ExposedPorts is { Count: > 0 })
        {
            throw QuaiException.Invalid("conflicting options: port exposing and the container type network mode");
        }
    }

    private static void CheckMode(string what, string mode, params ReadOnlySpan<string> allowed)
    {
        if (mode.Length > 0 && !allowed.Contains(mode) && new NamespaceMode(mode).Container is null or "")
        {
            throw QuaiException.Invalid($"invalid {what} mode: {mode}");
        }
    }

    private static void CheckCapabilities(string field, List<string>? names)
    {
        foreach (string name in names ?? [])
        {
            string full = name.ToUpperInvariant();
            full = full == "ALL" || full.StartsWith("CAP_", StringComparison.Ordinal) ? full : "CAP_" + full;
            if (full != "CAP_ALL" && !s_capabilities.Contains(full))
            {
                throw QuaiException.Invalid($"invalid {field}: unknown capability: \"{full}\"");
            }
        }
    }

    private static void CheckSysctls(HostConfig host)
    {
        foreach (string name in host.Sysctls?.Keys ?? Enumerable.Empty<string>())
        {
            string dotted = name.Replace('/', '.');
            bool ipc = dotted is "kernel.msgmax" or "kernel.msgmnb" or "kernel.msgmni" or "kernel.sem" or "kernel.shmall" or "kernel.shmmax" or "kernel.shmmni" or "kernel.shm_rmid_forced"
                || dotted.StartsWith("fs.mqueue.", StringComparison.Ordinal);
            bool network = dotted.StartsWith("net.", StringComparison.Ordinal);
            if (!ipc && !network && dotted is not ("kernel.domainname" or "kernel.hostname"))
            {
                throw QuaiException.Invalid($"sysctl \"{name}\" is not in a separate kernel namespace");
            }

            if (network && new NetworkMode(host.NetworkMode).IsHost)
            {
                throw QuaiException.Invalid($"sysctl \"{name}\" not allowed in host network namespace");
            }

            if (ipc && host.IpcMode == "host")
            {
                throw QuaiException.Invalid($"sysctl \"{name}\" not allowed in host ipc namespace");
            }
        }
    }

    private static string DriverOf(HostConfig host, EngineOptions options) => host.LogConfig.Type.Length == 0 ? options.LogDriver : host.LogConfig.Type;

    // Of drivers there is one: that of the container device interface.
    private static void CheckDevices(DeviceRequest request)
    {
        if (request.Driver != "cdi" || request.Capabilities is { Count: > 0 } || request.Count != 0)
        {
            throw QuaiException.Invalid($"could not select device driver \"{request.Driver}\" with capabilities: [{string.Join(' ', (request.Capabilities ?? []).Select(c => $"[{string.Join(' ', c)}]"))}]");
        }

        if (request.Options is { Count: > 0 } options)
        {
            throw QuaiException.Invalid($"the options of a request for CDI devices are not known: {string.Join(", ", options.Keys)}");
        }

        foreach (string name in request.DeviceIDs ?? [])
        {
            if (!DeviceCatalog.IsName(name))
            {
                throw QuaiException.Invalid($"\"{name}\" is no name of a CDI device, such as vendor.com/class=name");
            }
        }
    }
}

using System.Text.Json;
using Quai.Api.Containers;
using Quai.Cli.Formatting;
using Quai.Linux.Terminals;

namespace Quai.Cli.Containers.Create;

/// <content>The part of the request that is about the host.</content>
internal sealed partial class CreateRequest
{
    private HostConfig Host()
    {
        ContainerFlags f = _flags;
        var host = new HostConfig
        {
            Binds = Some(_binds),
            ContainerIDFile = f.CidFile.Value,
            LogConfig = Log(),
            NetworkMode = f.Network.Values.Count > 0 ? NetworkSpec.Parse(f.Network.Values[0]).Name : "default",
            PortBindings = _ports.Count == 0 ? null : _ports.GroupBy(p => p.Port, p => p.Binding).ToDictionary(p => p.Key, List<PortBinding>? (p) => [.. p], StringComparer.Ordinal),
            RestartPolicy = ParseRestart(f.Restart.Value),
            AutoRemove = f.Remove.Value,
            VolumeDriver = f.VolumeDriver.Value,
            VolumesFrom = Some(f.VolumesFrom.Values),
            ConsoleSize = f.Tty.Value && Terminal.GetSize(1) is var (rows, columns) ? [rows, columns] : null,
            Annotations = SomePairs(f.Annotation.Values),
            CapAdd = Some(f.CapAdd.Values),
            CapDrop = Some(f.CapDrop.Values),
            CgroupnsMode = f.CgroupNamespace.Value,
            Dns = Some(f.Dns.Values),
            DnsOptions = Some(f.DnsOption.Values),
            DnsSearch = Some(f.DnsSearch.Values),
            ExtraHosts = Some(f.AddHost.Values),
            GroupAdd = Some(f.GroupAdd.Values),
            IpcMode = f.Ipc.Value,
            Links = Some(f.Link.Values),
            OomScoreAdj = Int(f.OomScoreAdj),
            PidMode = f.Pid.Value,
            Privileged = f.Privileged.Value,
            PublishAllPorts = f.PublishAll.Value,
            ReadonlyRootfs = f.ReadOnly.Value,
            StorageOpt = SomePairs(f.StorageOpt.Values),
            Tmpfs = Tmpfs(),
            UTSMode = f.Uts.Value,
            UsernsMode = f.UserNamespace.Value,
            ShmSize = f.ShmSize.Value,
            Sysctls = SomePairs(f.Sysctl.Values),
            Runtime = f.Runtime.Value,
            Isolation = f.Isolation.Value,
            Mounts = f.Mount.Values.Count > 0 ? [.. f.Mount.Values.Select(m => m.ToRequest())] : null,
            Init = f.Init.Changed ? f.Init.Value : null,
        };
        SetSecurity(host);
        SetResources(host);
        return host;
    }

    private LogConfig Log()
    {
        ContainerFlags f = _flags;
        return f.LogDriver.Value == "none" && f.LogOpt.Values.Count > 0
            ? throw Error("invalid logging opts for driver none")
            : new LogConfig { Type = f.LogDriver.Value, Config = Pairs.Parse(f.LogOpt.Values) };
    }

    private void SetResources(Resources resources)
    {
        ContainerFlags f = _flags;
        resources.CpuShares = f.CpuShares.Value;
        resources.Memory = f.Memory.Value;
        resources.NanoCpus = f.Cpus.Value;
        resources.CgroupParent = f.CgroupParent.Value;
        resources.BlkioWeight = (ushort)f.BlkioWeight.Value;
        resources.BlkioWeightDevice = SomeOf(f.BlkioWeightDevice);
        resources.BlkioDeviceReadBps = SomeOf(f.ReadBps);
        resources.BlkioDeviceWriteBps = SomeOf(f.WriteBps);
        resources.BlkioDeviceReadIOps = SomeOf(f.ReadIops);
        resources.BlkioDeviceWriteIOps = SomeOf(f.WriteIops);
        resources.CpuPeriod = f.CpuPeriod.Value;
        resources.CpuQuota = f.CpuQuota.Value;
        resources.CpuRealtimePeriod = f.CpuRealtimePeriod.Value;
        resources.CpuRealtimeRuntime = f.CpuRealtimeRuntime.Value;
        resources.CpusetCpus = f.CpusetCpus.Value;
        resources.CpusetMems = f.CpusetMems.Value;
        string[] named = [.. f.Device.Values.Where(IsNamed)];
        resources.Devices = f.Device.Values.Count > named.Length ? [.. f.Device.Values.Where(d => !IsNamed(d)).Select(Device)] : null;
        resources.DeviceCgroupRules = Some(f.DeviceRule.Values);
        DeviceRequest[] requests =
        [
            .. f.Gpus.Value.Length == 0 ? (DeviceRequest[])[] : [new DeviceRequest { Count = int.TryParse(f.Gpus.Value, out int count) ? count : -1, Capabilities = [["gpu"]] }],
            .. named.Length == 0 ? (DeviceRequest[])[] : [new DeviceRequest { Driver = "cdi", DeviceIDs = [.. named] }],
        ];
        resources.DeviceRequests = requests.Length > 0 ? [.. requests] : null;
        resources.KernelMemory = f.KernelMemory.Value;
        resources.MemoryReservation = f.MemoryReservation.Value;
        resources.MemorySwap = f.MemorySwap.Value;
        resources.MemorySwappiness = f.MemorySwappiness.Value != -1 ? f.MemorySwappiness.Value : null;
        resources.OomKillDisable = f.OomKillDisable.Value ? true : null;
        resources.PidsLimit = f.PidsLimit.Value != 0 ? f.PidsLimit.Value : null;
        resources.Ulimits = f.Ulimits.Values.Count > 0 ? [.. f.Ulimits.Values.GroupBy(u => u.Name).Select(g => g.Last())] : null;
    }

    /// <summary>Parses <c>no</c>, <c>always</c>, <c>on-failure[:max]</c>, <c>unhealthy[:max]</c> or <c>unless-stopped</c>.</summary>
    internal static RestartPolicy ParseRestart(string policy)
    {
        int colon = policy.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0)
        {
            return new RestartPolicy { Name = policy };
        }

        if (colon == 0)
        {
            throw Error("invalid restart policy format: no policy provided before colon");
        }

        string count = policy[(colon + 1)..];
        return count.Length == 0 ? new RestartPolicy { Name = policy[..colon] }
            : int.TryParse(count, out int retries) ? new RestartPolicy { Name = policy[..colon], MaximumRetryCount = retries }
            : throw Error("invalid restart policy format: maximum retry count must be an integer");
    }

    private void SetSecurity(HostConfig host)
    {
        var options = new List<string>();
        foreach (string option in _flags.SecurityOpt.Values)
        {
            int cut = option.IndexOf('=', StringComparison.Ordinal);
            cut = cut < 0 ? option.IndexOf(':', StringComparison.Ordinal) : cut;
            if (cut < 0 && option != "no-new-privileges")
            {
                throw Error($"Invalid --security-opt: {Quai.Templates.GoText.Quote(option)}");
            }

            string key = cut < 0 ? option : option[..cut];
            string value = cut < 0 ? "" : option[(cut + 1)..];
            if (key == "systempaths" && value == "unconfined")
            {
                (host.MaskedPaths, host.ReadonlyPaths) = ([], []);
            }
            else if (key == "seccomp" && value is not ("unconfined" or "builtin"))
            {
                options.Add("seccomp=" + ReadProfile(value));
            }
            else
            {
                options.Add(option);
            }
        }

        host.SecurityOpt = Some(options);
    }

    private static string ReadProfile(string path)
    {
        try
        {
            using JsonDocument profile = JsonDocument.Parse(File.ReadAllBytes(path));
            using var buffer = new MemoryStream();
            using (var writer = new Utf8JsonWriter(buffer))
            {
                profile.WriteTo(writer);
            }

            return System.Text.Encoding.UTF8.GetString(buffer.ToArray());
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Error($"opening seccomp profile ({path}) failed: open {path}: no such file or directory");
        }
        catch (JsonException error)
        {
            throw Error($"compacting json for seccomp profile ({path}) failed: {error.Message}");
        }
    }

    private Dictionary<string, string>? Tmpfs()
    {
        Dictionary<string, string> mounts = new(StringComparer.Ordinal);
        foreach (string mount in _flags.Tmpfs.Values)
        {
            int colon = mount.IndexOf(':', StringComparison.Ordinal);
            mounts[colon < 0 ? mount : mount[..colon]] = colon < 0 ? "" : mount[(colon + 1)..];
        }

        return mounts.Count > 0 ? mounts : null;
    }

    // A device of the container device interface, vendor.com/class=name, rather than a path.
    private static bool IsNamed(string device) => !device.StartsWith('/') && device.IndexOf('=', StringComparison.Ordinal) is > 0 and var equals && device.IndexOf('/', StringComparison.Ordinal) is > 0 and var slash && slash < equals;

    private static DeviceMapping Device(string device)
    {
        string[] parts = device.Split(':');
        static bool permissions(string text) => text.Length > 0 && text.All(c => c is 'r' or 'w' or 'm') && text.Distinct().Count() == text.Length;
        string inside = parts.Length > 1 && !permissions(parts[1]) ? parts[1] : parts[0];
        string mode = parts.Length == 3 ? parts[2] : parts.Length == 2 && permissions(parts[1]) ? parts[1] : "rwm";
        return !permissions(mode) || (parts.Length > 1 && parts[1].Length > 0 && !parts[1].StartsWith('/') && !permissions(parts[1]))
            ? throw Error(permissions(mode) ? $"invalid device mode: {parts[1]}" : $"invalid device specification: {device}")
            : new DeviceMapping { PathOnHost = parts[0], PathInContainer = inside.Length == 0 ? parts[0] : inside, CgroupPermissions = mode };
    }

    private static List<T>? SomeOf<T>(CommandLine.ListFlag<T> flag) => flag.Values.Count > 0 ? flag.Values : null;
}

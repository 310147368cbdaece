using System.Text.Json;
using Quai.Linux.Terminals;

namespace Quai.Cli.Containers.Create;

/// <content>The part of the request that is about the host.</content>
internal sealed partial class CreateRequest
{
    private void WriteHostConfig(Utf8JsonWriter json)
    {
        ContainerFlags f = _flags;
        Texts(json, "Binds", _binds);
        Text(json, "ContainerIDFile", f.CidFile.Value);
        if (f.LogDriver.Value.Length > 0 || f.LogOpt.Values.Count > 0)
        {
            json.WriteStartObject("LogConfig");
            json.WriteString("Type", f.LogDriver.Value);
            if (f.LogDriver.Value == "none" && f.LogOpt.Values.Count > 0)
            {
                throw Error("invalid logging opts for driver none");
            }

            Map(json, "Config", f.LogOpt.Values, always: true);
            json.WriteEndObject();
        }

        json.WriteString("NetworkMode", f.Network.Values.Count > 0 ? NetworkSpec.Parse(f.Network.Values[0]).Name : "default");
        WritePorts(json);
        WriteRestart(json);
        Switch(json, "AutoRemove", f.Remove.Value);
        Text(json, "VolumeDriver", f.VolumeDriver.Value);
        Texts(json, "VolumesFrom", f.VolumesFrom.Values);
        if (f.Tty.Value)
        {
            (ushort rows, ushort columns) = Terminal.GetSize(1);
            json.WriteStartArray("ConsoleSize");
            json.WriteNumberValue(rows);
            json.WriteNumberValue(columns);
            json.WriteEndArray();
        }

        Map(json, "Annotations", f.Annotation.Values);
        Texts(json, "CapAdd", f.CapAdd.Values);
        Texts(json, "CapDrop", f.CapDrop.Values);
        Text(json, "CgroupnsMode", f.CgroupNamespace.Value);
        Texts(json, "Dns", f.Dns.Values);
        Texts(json, "DnsOptions", f.DnsOption.Values);
        Texts(json, "DnsSearch", f.DnsSearch.Values);
        Texts(json, "ExtraHosts", f.AddHost.Values);
        Texts(json, "GroupAdd", f.GroupAdd.Values);
        Text(json, "IpcMode", f.Ipc.Value);
        Texts(json, "Links", f.Link.Values);
        Number(json, "OomScoreAdj", f.OomScoreAdj.Value);
        Text(json, "PidMode", f.Pid.Value);
        Switch(json, "Privileged", f.Privileged.Value);
        Switch(json, "PublishAllPorts", f.PublishAll.Value);
        Switch(json, "ReadonlyRootfs", f.ReadOnly.Value);
        WriteSecurity(json);
        Map(json, "StorageOpt", f.StorageOpt.Values);
        WriteTmpfs(json);
        Text(json, "UTSMode", f.Uts.Value);
        Text(json, "UsernsMode", f.UserNamespace.Value);
        Number(json, "ShmSize", f.ShmSize.Value);
        Map(json, "Sysctls", f.Sysctl.Values);
        Text(json, "Runtime", f.Runtime.Value);
        Text(json, "Isolation", f.Isolation.Value);
        WriteResources(json);
        if (f.Mount.Values.Count > 0)
        {
            json.WriteStartArray("Mounts");
            f.Mount.Values.ForEach(m => m.Write(json));
            json.WriteEndArray();
        }

        if (f.Init.Changed)
        {
            json.WriteBoolean("Init", f.Init.Value);
        }
    }

    private void WriteResources(Utf8JsonWriter json)
    {
        ContainerFlags f = _flags;
        Number(json, "CpuShares", f.CpuShares.Value);
        Number(json, "Memory", f.Memory.Value);
        Number(json, "NanoCpus", f.Cpus.Value);
        Text(json, "CgroupParent", f.CgroupParent.Value);
        Number(json, "BlkioWeight", f.BlkioWeight.Value);
        Devices(json, "BlkioWeightDevice", "Weight", f.BlkioWeightDevice.Values);
        Devices(json, "BlkioDeviceReadBps", "Rate", f.ReadBps.Values);
        Devices(json, "BlkioDeviceWriteBps", "Rate", f.WriteBps.Values);
        Devices(json, "BlkioDeviceReadIOps", "Rate", f.ReadIops.Values);
        Devices(json, "BlkioDeviceWriteIOps", "Rate", f.WriteIops.Values);
        Number(json, "CpuPeriod", f.CpuPeriod.Value);
        Number(json, "CpuQuota", f.CpuQuota.Value);
        Number(json, "CpuRealtimePeriod", f.CpuRealtimePeriod.Value);
        Number(json, "CpuRealtimeRuntime", f.CpuRealtimeRuntime.Value);
        Text(json, "CpusetCpus", f.CpusetCpus.Value);
        Text(json, "CpusetMems", f.CpusetMems.Value);
        WriteDevices(json);
        Texts(json, "DeviceCgroupRules", f.DeviceRule.Values);
        if (f.Gpus.Value.Length > 0)
        {
            json.WriteStartArray("DeviceRequests");
            json.WriteStartObject();
            json.WriteString("Driver", "");
            json.WriteNumber("Count", int.TryParse(f.Gpus.Value, out int count) ? count : -1);
            json.WriteStartArray("Capabilities");
            json.WriteStartArray();
            json.WriteStringValue("gpu");
            json.WriteEndArray();
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndArray();
        }

        Number(json, "KernelMemory", f.KernelMemory.Value);
        Number(json, "MemoryReservation", f.MemoryReservation.Value);
        Number(json, "MemorySwap", f.MemorySwap.Value);
        if (f.MemorySwappiness.Value != -1)
        {
            json.WriteNumber("MemorySwappiness", f.MemorySwappiness.Value);
        }

        Switch(json, "OomKillDisable", f.OomKillDisable.Value);
        Number(json, "PidsLimit", f.PidsLimit.Value);
        if (f.Ulimits.Values.Count == 0)
        {
            return;
        }

        json.WriteStartArray("Ulimits");
        foreach (Ulimit limit in f.Ulimits.Values.GroupBy(u => u.Name).Select(g => g.Last()))
        {
            json.WriteStartObject();
            json.WriteString("Name", limit.Name);
            json.WriteNumber("Hard", limit.Hard);
            json.WriteNumber("Soft", limit.Soft);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private void WritePorts(Utf8JsonWriter json)
    {
        if (_ports.Count == 0)
        {
            return;
        }

        json.WriteStartObject("PortBindings");
        foreach (IGrouping<string, PortBinding> port in _ports.GroupBy(p => p.Container))
        {
            json.WriteStartArray(port.Key);
            foreach (PortBinding binding in port)
            {
                json.WriteStartObject();
                json.WriteString("HostIp", binding.HostIp);
                json.WriteString("HostPort", binding.HostPort);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private void WriteRestart(Utf8JsonWriter json)
    {
        (string name, int count) = ParseRestart(_flags.Restart.Value);
        json.WriteStartObject("RestartPolicy");
        json.WriteString("Name", name);
        json.WriteNumber("MaximumRetryCount", count);
        json.WriteEndObject();
    }

    /// <summary>Reads <c>no</c>, <c>always</c>, <c>on-failure[:max]</c> or <c>unless-stopped</c>.</summary>
    internal static (string Name, int MaximumRetries) ParseRestart(string policy)
    {
        int colon = policy.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0)
        {
            return (policy, 0);
        }

        if (colon == 0)
        {
            throw Error("invalid restart policy format: no policy provided before colon");
        }

        string count = policy[(colon + 1)..];
        return count.Length == 0 ? (policy[..colon], 0)
            : int.TryParse(count, out int retries) ? (policy[..colon], retries)
            : throw Error("invalid restart policy format: maximum retry count must be an integer");
    }

    private void WriteSecurity(Utf8JsonWriter json)
    {
        var options = new List<string>();
        bool unmasked = false;
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
                unmasked = true;
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

        Texts(json, "SecurityOpt", options);
        if (unmasked)
        {
            json.WriteStartArray("MaskedPaths");
            json.WriteEndArray();
            json.WriteStartArray("ReadonlyPaths");
            json.WriteEndArray();
        }
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

    private void WriteTmpfs(Utf8JsonWriter json)
    {
        if (_flags.Tmpfs.Values.Count == 0)
        {
            return;
        }

        json.WriteStartObject("Tmpfs");
        foreach (string mount in _flags.Tmpfs.Values)
        {
            int colon = mount.IndexOf(':', StringComparison.Ordinal);
            json.WriteString(colon < 0 ? mount : mount[..colon], colon < 0 ? "" : mount[(colon + 1)..]);
        }

        json.WriteEndObject();
    }

    private void WriteDevices(Utf8JsonWriter json)
    {
        if (_flags.Device.Values.Count == 0)
        {
            return;
        }

        json.WriteStartArray("Devices");
        foreach (string device in _flags.Device.Values)
        {
            string[] parts = device.Split(':');
            bool permissions(string text) => text.Length > 0 && text.All(c => c is 'r' or 'w' or 'm') && text.Distinct().Count() == text.Length;
            string inside = parts.Length > 1 && !permissions(parts[1]) ? parts[1] : parts[0];
            string mode = parts.Length == 3 ? parts[2] : parts.Length == 2 && permissions(parts[1]) ? parts[1] : "rwm";
            if (!permissions(mode) || (parts.Length > 1 && parts[1].Length > 0 && !parts[1].StartsWith('/') && !permissions(parts[1])))
            {
                throw Error(permissions(mode) ? $"invalid device mode: {parts[1]}" : $"invalid device specification: {device}");
            }

            json.WriteStartObject();
            json.WriteString("PathOnHost", parts[0]);
            json.WriteString("PathInContainer", inside.Length == 0 ? parts[0] : inside);
            json.WriteString("CgroupPermissions", mode);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Devices(Utf8JsonWriter json, string name, string valueName, List<DeviceValue> values)
    {
        if (values.Count == 0)
        {
            return;
        }

        json.WriteStartArray(name);
        foreach (DeviceValue device in values)
        {
            json.WriteStartObject();
            json.WriteString("Path", device.Path);
            json.WriteNumber(valueName, device.Value);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}

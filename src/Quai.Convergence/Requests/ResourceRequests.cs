using Quai.Api.Containers;
using Quai.Compose.Model;
using Quai.Compose.Model.Deploying;

namespace Quai.Convergence.Requests;

/// <summary>The limits of a container that is to be made.</summary>
internal static class ResourceRequests
{
    /// <summary>Fills them in.</summary>
    public static void Fill(Resources resources, ComposeService service)
    {
        resources.CgroupParent = service.CgroupParent;
        resources.Memory = service.MemoryLimit;
        resources.MemorySwap = service.MemorySwapLimit;
        resources.MemorySwappiness = service.MemorySwappiness != 0 ? service.MemorySwappiness : null;
        resources.MemoryReservation = service.MemoryReservation;
        resources.OomKillDisable = service.OomKillDisable;
        resources.CpuCount = service.CpuCount;
        resources.CpuPeriod = service.CpuPeriod;
        resources.CpuQuota = service.CpuQuota;
        resources.CpuRealtimePeriod = service.CpuRealtimePeriod;
        resources.CpuRealtimeRuntime = service.CpuRealtimeRuntime;
        resources.CpuShares = service.CpuShares;
        resources.NanoCpus = Billionths(service.Cpus);
        resources.CpuPercent = (long)(service.CpuPercent * 100);
        resources.CpusetCpus = service.CpuSet;
        resources.DeviceCgroupRules = service.DeviceCgroupRules.Count > 0 ? [.. service.DeviceCgroupRules] : null;
        resources.PidsLimit = service.PidsLimit != 0 ? service.PidsLimit : null;
        FillBlockIo(resources, service);
        if (service.Deploy is { } deploy)
        {
            FillLimits(resources, deploy.Resources.Limits);
            FillReservations(resources, deploy.Resources.Reservations);
        }

        FillDevices(resources, service);
        foreach ((string name, Compose.Model.Limits.Ulimit? limit) in service.Ulimits.OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            if (limit is not null)
            {
                (resources.Ulimits ??= []).Add(new() { Name = name, Hard = limit.Hard != 0 ? limit.Hard : limit.Single, Soft = limit.Soft != 0 ? limit.Soft : limit.Single });
            }
        }
    }

    // Numbers of CPUs are single precision in the model, and are multiplied as such.
    private static long Billionths(float cpus) => (long)(cpus * 1e9f);

    private static void FillBlockIo(Resources resources, ComposeService service)
    {
        if (service.BlockIo is not { } io)
        {
            return;
        }

        static List<ThrottleDevice>? Throttled(IReadOnlyList<Compose.Model.Limits.ThrottleDevice> devices) =>
            devices.Count > 0 ? [.. devices.Select(device => new ThrottleDevice { Path = device.Path, Rate = (ulong)device.Rate })] : null;
        resources.BlkioWeight = (ushort)io.Weight;
        resources.BlkioWeightDevice = io.WeightDevices.Count > 0 ? [.. io.WeightDevices.Select(device => new WeightDevice { Path = device.Path, Weight = (ushort)device.Weight })] : null;
        resources.BlkioDeviceReadBps = Throttled(io.DeviceReadBytes);
        resources.BlkioDeviceReadIOps = Throttled(io.DeviceReadOperations);
        resources.BlkioDeviceWriteBps = Throttled(io.DeviceWriteBytes);
        resources.BlkioDeviceWriteIOps = Throttled(io.DeviceWriteOperations);
    }

    private static void FillLimits(Resources resources, ResourceAmounts? limits)
    {
        if (limits is null)
        {
            return;
        }

        resources.Memory = limits.Memory != 0 ? limits.Memory : resources.Memory;
        resources.NanoCpus = limits.Cpus != 0 ? Billionths(limits.Cpus) : resources.NanoCpus;
        resources.PidsLimit = limits.Pids > 0 ? limits.Pids : resources.PidsLimit;
    }

    private static void FillReservations(Resources resources, ResourceAmounts? reservations)
    {
        if (reservations is null)
        {
            return;
        }

        resources.MemoryReservation = reservations.Memory != 0 ? reservations.Memory : resources.MemoryReservation;
        foreach (Compose.Model.Limits.DeviceRequest device in reservations.Devices)
        {
            (resources.DeviceRequests ??= []).Add(Request(device, device.Capabilities));
        }
    }

    private static void FillDevices(Resources resources, ComposeService service)
    {
        List<string> named = [];
        foreach (Compose.Model.Limits.DeviceMapping device in service.Devices)
        {
            if (device.Source == device.Target && IsQualifiedName(device.Source))
            {
                named.Add(device.Source);
            }
            else
            {
                (resources.Devices ??= []).Add(new() { PathOnHost = device.Source, PathInContainer = device.Target, CgroupPermissions = device.Permissions });
            }
        }

        if (named.Count > 0)
        {
            (resources.DeviceRequests ??= []).Add(new() { Driver = "cdi", DeviceIDs = named });
        }

        foreach (Compose.Model.Limits.DeviceRequest gpu in service.Gpus)
        {
            (resources.DeviceRequests ??= []).Add(Request(gpu, [.. gpu.Capabilities, "gpu"]));
        }
    }

    private static DeviceRequest Request(Compose.Model.Limits.DeviceRequest device, IReadOnlyList<string> capabilities) => new()
    {
        Driver = device.Driver,
        Count = (int)device.Count,
        DeviceIDs = device.DeviceIds.Count > 0 ? [.. device.DeviceIds] : null,
        Capabilities = [[.. capabilities]],
        Options = device.Options.Count > 0 ? new(device.Options) : null,
    };

    /// <summary>Whether a device is named by CDI, as <c>vendor/class=name</c>.</summary>
    private static bool IsQualifiedName(string text)
    {
        int slash = text.IndexOf('/', StringComparison.Ordinal), sign = text.IndexOf('=', StringComparison.Ordinal);
        return slash > 0 && sign > slash + 1 && sign < text.Length - 1;
    }
}

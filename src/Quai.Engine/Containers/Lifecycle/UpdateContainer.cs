using System.Text.Json;
using Quai.Api.Containers;
using Quai.Api;
using Quai.Engine.Containers.Requests;
using Quai.Engine.Containers.State;
using Quai.Engine.Specs;
using Quai.Errors;
using Quai.Linux;
using Quai.Runtime.Cgroups;

namespace Quai.Engine.Containers.Lifecycle;

/// <summary>Changes the limits and the restart policy of a container, running or not.</summary>
internal sealed class UpdateContainer(ContainerRegistry registry, ContainerRecords records, ContainerEvents events)
{
    /// <inheritdoc cref="IContainers.UpdateAsync"/>
    public async Task<ContainerUpdateResponse> RunAsync(string id, ContainerUpdateRequest request, CancellationToken cancellation)
    {
        Container container = registry.Resolve(id);
        ResourceRules.Validate(request, update: true);
        if (request.RestartPolicy is { Name.Length: > 0 } policy)
        {
            HostConfigRules.ValidateRestart(policy, autoRemove: false);
            if (container.HostConfig.AutoRemove && policy.Name != "no")
            {
                throw QuaiException.Invalid("Restart policy cannot be updated because AutoRemove is enabled for the container");
            }
        }

        using (await container.Lock.EnterAsync(cancellation).ConfigureAwait(false))
        {
            if (container.State.Status == ContainerStatus.Removing)
            {
                throw QuaiException.Conflict($"Cannot update container {container.Id}: Container is marked for removal and cannot be \"update\".");
            }

            HostConfig changed = Apply(container, request);
            if (container.Run is { } run)
            {
                try
                {
                    CgroupTree.Open(run.CgroupsPath).Update(RuntimeSpecBuilder.BuildResources(changed));
                }
                catch (LinuxException e)
                {
                    throw QuaiException.System($"Cannot update container {container.Id}: {e.Message}", e);
                }
            }

            await records.SaveHostConfigAsync(container, changed).ConfigureAwait(false);
            container.HostConfig = changed;
            events.Publish(container, "update");
        }

        return new ContainerUpdateResponse(null);
    }

    private static HostConfig Apply(Container container, ContainerUpdateRequest r)
    {
        HostConfig h = JsonSerializer.Deserialize(JsonSerializer.SerializeToUtf8Bytes(container.HostConfig, ApiJson.Default.HostConfig), ApiJson.Default.HostConfig)!;
        if (r.NanoCpus > 0 && (h.CpuPeriod > 0 || h.CpuQuota > 0))
        {
            throw QuaiException.Conflict($"Cannot update container {container.Id}: Conflicting options: Nano CPUs cannot be updated as CPU {(h.CpuPeriod > 0 ? "Period" : "Quota")} has already been set");
        }

        if ((r.CpuPeriod > 0 || r.CpuQuota > 0) && h.NanoCpus > 0)
        {
            throw QuaiException.Conflict($"Cannot update container {container.Id}: Conflicting options: CPU {(r.CpuPeriod > 0 ? "Period" : "Quota")} cannot be updated as NanoCPUs has already been set");
        }

        if (r.Memory > 0 && r.MemorySwap == 0 && r.Memory > h.MemorySwap)
        {
            throw QuaiException.Conflict($"Cannot update container {container.Id}: Memory limit should be smaller than already set memoryswap limit, update the memoryswap at the same time");
        }

        h.BlkioWeight = r.BlkioWeight != 0 ? r.BlkioWeight : h.BlkioWeight;
        h.CpuShares = r.CpuShares != 0 ? r.CpuShares : h.CpuShares;
        h.CpuPeriod = r.CpuPeriod != 0 ? r.CpuPeriod : h.CpuPeriod;
        h.CpuQuota = r.CpuQuota != 0 ? r.CpuQuota : h.CpuQuota;
        h.CpuRealtimePeriod = r.CpuRealtimePeriod != 0 ? r.CpuRealtimePeriod : h.CpuRealtimePeriod;
        h.CpuRealtimeRuntime = r.CpuRealtimeRuntime != 0 ? r.CpuRealtimeRuntime : h.CpuRealtimeRuntime;
        h.NanoCpus = r.NanoCpus != 0 ? r.NanoCpus : h.NanoCpus;
        h.CpusetCpus = r.CpusetCpus.Length > 0 ? r.CpusetCpus : h.CpusetCpus;
        h.CpusetMems = r.CpusetMems.Length > 0 ? r.CpusetMems : h.CpusetMems;
        h.Memory = r.Memory != 0 ? r.Memory : h.Memory;
        h.MemorySwap = r.MemorySwap != 0 ? r.MemorySwap : h.MemorySwap;
        h.MemoryReservation = r.MemoryReservation != 0 ? r.MemoryReservation : h.MemoryReservation;
        h.PidsLimit = r.PidsLimit is { } pids ? Math.Max(pids, 0) : h.PidsLimit;
        if (r.RestartPolicy is { Name.Length: > 0 } policy)
        {
            h.RestartPolicy = policy;
        }

        return h;
    }
}

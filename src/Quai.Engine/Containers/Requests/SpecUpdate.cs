using Quai.Api.Containers;
using Quai.Engine.Containers.Spec;
using Quai.Engine.Containers.Spec.Limits;
using Quai.Errors;

namespace Quai.Engine.Containers.Requests;

/// <summary>Creates a new specification from an existing one and an update. Whatever the request omits stays.</summary>
internal static class SpecUpdate
{
    /// <summary>Creates it.</summary>
    /// <param name="spec">The current specification.</param>
    /// <param name="request">The changes, already validated on their own.</param>
    /// <param name="id">The container's id, for errors.</param>
    /// <exception cref="QuaiException">Kind Conflict: the request does not fit the current settings.</exception>
    public static ContainerSpec Apply(ContainerSpec spec, ContainerUpdateRequest request, string id)
    {
        ResourceLimits asked = LimitsReader.Read(request), limits = spec.Limits;
        if (Contradiction(asked, limits) is { } why)
        {
            throw QuaiException.Conflict($"Cannot update container {id}: {why}");
        }

        return spec with
        {
            Limits = limits with
            {
                Memory = limits.Memory with
                {
                    Limit = Or(asked.Memory.Limit, limits.Memory.Limit),
                    Swap = Or(asked.Memory.Swap, limits.Memory.Swap),
                    Reservation = Or(asked.Memory.Reservation, limits.Memory.Reservation),
                },
                Cpu = limits.Cpu with
                {
                    Shares = Or(asked.Cpu.Shares, limits.Cpu.Shares),
                    NanoCpus = Or(asked.Cpu.NanoCpus, limits.Cpu.NanoCpus),
                    Period = Or(asked.Cpu.Period, limits.Cpu.Period),
                    Quota = Or(asked.Cpu.Quota, limits.Cpu.Quota),
                    RealtimePeriod = Or(asked.Cpu.RealtimePeriod, limits.Cpu.RealtimePeriod),
                    RealtimeRuntime = Or(asked.Cpu.RealtimeRuntime, limits.Cpu.RealtimeRuntime),
                    Cpus = Or(asked.Cpu.Cpus, limits.Cpu.Cpus),
                    Mems = Or(asked.Cpu.Mems, limits.Cpu.Mems),
                },
                BlockIo = limits.BlockIo with { Weight = asked.BlockIo.Weight != 0 ? asked.BlockIo.Weight : limits.BlockIo.Weight },
                Pids = asked.Pids is { } pids ? Math.Max(pids, 0) : limits.Pids,
            },
            Restart = request.RestartPolicy is { Name.Length: > 0 } policy ? SpecReader.RestartOf(policy) : spec.Restart,
        };
    }

    private static string? Contradiction(ResourceLimits asked, ResourceLimits limits) =>
        asked.Cpu.NanoCpus > 0 && limits.Cpu.Period > 0 ? "Conflicting options: Nano CPUs cannot be updated as CPU Period has already been set"
        : asked.Cpu.NanoCpus > 0 && limits.Cpu.Quota > 0 ? "Conflicting options: Nano CPUs cannot be updated as CPU Quota has already been set"
        : asked.Cpu.Period > 0 && limits.Cpu.NanoCpus > 0 ? "Conflicting options: CPU Period cannot be updated as NanoCPUs has already been set"
        : asked.Cpu.Quota > 0 && limits.Cpu.NanoCpus > 0 ? "Conflicting options: CPU Quota cannot be updated as NanoCPUs has already been set"
        : asked.Memory is { Limit: > 0, Swap: 0 } && asked.Memory.Limit > limits.Memory.Swap ?
            "Memory limit should be smaller than already set memoryswap limit, update the memoryswap at the same time"
        : null;

    private static long Or(long asked, long now) => asked != 0 ? asked : now;

    private static string Or(string asked, string now) => asked.Length > 0 ? asked : now;
}

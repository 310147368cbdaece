using Quai.Networks.Ipam.Sources;

namespace Quai.Networks.Ipam.Dhcp;

/// <summary>A lease in use.</summary>
/// <param name="EndpointId">The endpoint that has it.</param>
/// <param name="ContainerId">Its container.</param>
/// <param name="NetworkId">Its network.</param>
/// <param name="Client">The container, as servers know it.</param>
/// <param name="Lease">What was lent, as of the last answer.</param>
internal sealed record KeptLease(string EndpointId, string ContainerId, string NetworkId, DhcpClient Client, EndpointLease Lease)
{
    /// <summary>When something is to be done next.</summary>
    public DateTimeOffset Due { get; init; } = Lease.Since + TimeSpan.FromSeconds(Lease.RenewAfter);

    /// <summary>When any server is to be asked.</summary>
    public DateTimeOffset RebindAt => Lease.Since + TimeSpan.FromSeconds(Lease.RebindAfter);

    /// <summary>When it ends.</summary>
    public DateTimeOffset EndsAt => Lease.EndsAfter is { } seconds ? Lease.Since + TimeSpan.FromSeconds(seconds) : DateTimeOffset.MaxValue;

    /// <summary>When to ask again after nobody has answered: half of the time that is left until the next stage, as RFC 2131 has it.</summary>
    public KeptLease Later(DateTimeOffset now)
    {
        DateTimeOffset stage = now < RebindAt ? RebindAt : EndsAt;
        TimeSpan pause = (stage - now) / 2;
        return this with { Due = pause < s_shortest ? stage < now + s_shortest ? stage : now + s_shortest : pause > s_longest ? now + s_longest : now + pause };
    }

    private static readonly TimeSpan s_shortest = TimeSpan.FromSeconds(1), s_longest = TimeSpan.FromHours(1);
}

namespace Quai.Networks.Firewalls;

/// <summary>What Quai owes a host on which it turned forwarding on, of each family; null where it did not.</summary>
/// <param name="IPv4">Of IPv4.</param>
/// <param name="IPv6">Of IPv6.</param>
internal sealed record ForwardGuards(ForwardGuard? IPv4, ForwardGuard? IPv6);

namespace Quai.Networks.Firewalls.Host;

/// <summary>What the host's own firewall denies of what is sent to the host.</summary>
/// <param name="IPv4">Of IPv4.</param>
/// <param name="IPv6">Of IPv6.</param>
internal sealed record HostWord(HostDenials IPv4, HostDenials IPv6)
{
    /// <summary>Nothing is denied.</summary>
    public static HostWord None { get; } = new(HostDenials.None, HostDenials.None);
}

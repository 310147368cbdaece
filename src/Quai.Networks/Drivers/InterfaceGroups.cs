namespace Quai.Networks.Drivers;

/// <summary>
/// Groups that interfaces of Quai's are in (<c>ip link show group 7824</c>), whichever daemon made them: rules go by them where names are not known beforehand.
/// </summary>
internal static class InterfaceGroups
{
    /// <summary>Bridges that a daemon made. The number is <c>quai</c> on a telephone's keys.</summary>
    public const uint Bridges = 7824;

    /// <summary>The host's ends of containers' interfaces: ports of a bridge, on which the host itself takes nothing.</summary>
    public const uint Ports = 7825;

    /// <summary>Bridges of networks that were removed, which are just being deleted.</summary>
    public const uint Retired = 7826;
}

using Quai.Errors;

namespace Quai.Networks.Ipam.Dhcp;

/// <summary>Ways to servers.</summary>
internal interface IDhcpLinks
{
    /// <summary>Opens the way for one exchange.</summary>
    /// <param name="parent">The host's interface.</param>
    /// <param name="transaction">The number of the exchange.</param>
    /// <exception cref="QuaiException">The interface is not there.</exception>
    Task<IDhcpLink> OpenAsync(string parent, uint transaction);

    /// <summary>The hardware address of an interface of the host's.</summary>
    /// <exception cref="QuaiException">The interface is not there.</exception>
    byte[] HardwareOf(string parent);
}

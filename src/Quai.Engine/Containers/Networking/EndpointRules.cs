using System.Net;
using Quai.Api.Networks;
using Quai.Engine.Containers.Spec.Networking;
using Quai.Errors;
using Quai.Networks.Ipam;

namespace Quai.Engine.Containers.Networking;

/// <summary>Which endpoint settings are allowed.</summary>
internal static class EndpointRules
{
    /// <summary>Checks the endpoint settings for a network.</summary>
    /// <param name="network">The network's name.</param>
    /// <param name="settings">The requested settings.</param>
    /// <param name="before">The start of the error message.</param>
    /// <exception cref="QuaiException">They are not possible there, in Docker's words.</exception>
    public static void Check(string network, EndpointSettings? settings, string before = "")
    {
        if (settings is null)
        {
            return;
        }

        CheckHardware(settings.MacAddress, before);
        bool predefined = new NetworkMode(network).Network is NetworkMode.Bridge or null;
        string? refusal = predefined && settings.IPAMConfig is { } ipam && (!string.IsNullOrEmpty(ipam.IPv4Address) || !string.IsNullOrEmpty(ipam.IPv6Address))
                ? "user specified IP address is supported on user defined networks only"
            : predefined && settings.IPAMConfig?.LinkLocalIPs is { Count: > 0 } ? "user specified IP address is supported on user defined networks only"
            : settings.IPAMConfig?.LinkLocalIPs?.Find(l => !IPAddress.TryParse(l, out _)) is { } malformed ? $"invalid link-local IP address: {malformed}"
            : settings.IPAMConfig?.LinkLocalIPs?.Find(l => !IsLinkLocal(IPAddress.Parse(l))) is { } other ? $"invalid link local IP address: {other}"
            : predefined && settings.Aliases is { Count: > 0 } ? "network-scoped alias is supported only for containers in user defined networks"
            : null;
        if (refusal is not null)
        {
            throw QuaiException.Invalid($"{before}invalid endpoint settings:\n{refusal}");
        }

        foreach (string link in settings.Links ?? [])
        {
            _ = ContainerLinks.Parse(link);
        }

        if (settings.DriverOpts is { Count: > 0 } options)
        {
            EndpointOptions.Check(network, options, before);
        }
    }

    private static bool IsLinkLocal(IPAddress address) => address.IsIPv6LinkLocal || (address.GetAddressBytes() is [169, 254, _, _]);

    /// <summary>Checks a hardware address that is asked for.</summary>
    /// <param name="address">The address; nothing for the engine's choice.</param>
    /// <param name="before">What the sentence begins with.</param>
    /// <exception cref="QuaiException">It is none that an interface can have.</exception>
    public static void CheckHardware(string? address, string before)
    {
        try
        {
            _ = string.IsNullOrEmpty(address) ? null : MacAddress.Parse(address);
        }
        catch (QuaiException e) when (before.Length > 0)
        {
            throw QuaiException.Invalid(before + e.Message);
        }
    }
}

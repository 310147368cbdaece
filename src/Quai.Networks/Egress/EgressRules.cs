using Quai.Errors;

namespace Quai.Networks.Egress;

/// <summary>Where egress policies can be had.</summary>
internal static class EgressRules
{
    /// <summary>Checks an endpoint's policy.</summary>
    /// <exception cref="QuaiException">It could not be kept there.</exception>
    public static void Check(EndpointRequest request, Network network, NetworkOptions daemon)
    {
        if (request.Egress is not { } policy)
        {
            return;
        }

        if (network.Driver != "bridge")
        {
            throw NotOnDriver(network.Driver);
        }

        if (!daemon.Firewall || (network.Attributes.IPv6 && !daemon.FirewallIPv6))
        {
            throw WithoutFirewall();
        }

        if (policy.HasNames && !network.HasNames)
        {
            throw QuaiException.Invalid($"option {EgressPolicy.Option} goes by names, which Quai resolves for containers on networks that you make, and not on network {network.Name}");
        }
    }

    /// <summary>What a driver says whose networks the firewall knows nothing of.</summary>
    public static QuaiException NotOnDriver(string driver) =>
        QuaiException.Invalid($"option {EgressPolicy.Option} cannot be had with driver {driver}: what leaves its networks does not pass this host's firewall rules; use driver bridge");

    /// <summary>What there is to say without rules.</summary>
    public static QuaiException WithoutFirewall() =>
        QuaiException.Invalid($"option {EgressPolicy.Option} needs this daemon's firewall rules, which --iptables=false or --ip6tables=false turns off");
}

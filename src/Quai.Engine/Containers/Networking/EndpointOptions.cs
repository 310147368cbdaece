using Quai.Engine.Containers.State;
using Quai.Errors;
using Quai.Networks.Egress;
using Quai.Networks.Sandboxes;

namespace Quai.Engine.Containers.Networking;

/// <summary>The options that an endpoint may have, by Docker's names.</summary>
internal static class EndpointOptions
{
    private const string Sysctls = "com.docker.network.endpoint.sysctls", Name = "com.docker.network.endpoint.ifname", Docker = "com.docker.network.";

    /// <summary>Checks them.</summary>
    /// <param name="network">The network's name.</param>
    /// <param name="options">The options.</param>
    /// <param name="before">What the sentence begins with.</param>
    /// <exception cref="QuaiException">One is malformed, or cannot be kept.</exception>
    public static void Check(string network, IReadOnlyDictionary<string, string> options, string before)
    {
        foreach ((string name, string value) in options)
        {
            switch (name)
            {
                case Sysctls:
                    foreach (string entry in Entries(value))
                    {
                        if (Parse(entry) is null)
                        {
                            throw QuaiException.Invalid(
                                $"{before}invalid endpoint settings:\nunrecognised network interface sysctl '{entry}'; represent 'net.X.Y.ethN.Z=V' as 'net.X.Y.IFNAME.Z=V', 'X' must be 'ipv4', 'ipv6' or 'mpls'");
                        }
                    }

                    break;
                case Name:
                    if (!InterfaceNames.IsValid(value) || value == "lo")
                    {
                        throw QuaiException.Invalid($"{before}invalid endpoint settings:\ninvalid interface name \"{value}\" for network {network}");
                    }

                    break;
                case EgressPolicy.Option:
                    try
                    {
                        _ = EgressPolicy.Parse(value);
                    }
                    catch (QuaiException e)
                    {
                        throw QuaiException.Invalid($"{before}invalid endpoint settings:\n{e.Message}");
                    }

                    break;
                default:
                    // As in Docker, options of nobody's are kept and shown; those of Docker's that cannot be had are refused.
                    if (name.StartsWith(Docker, StringComparison.Ordinal))
                    {
                        throw QuaiException.Invalid($"{before}invalid endpoint settings:\noption {name} of network {network} is not available in this version of Quai: take it out");
                    }

                    break;
            }
        }
    }

    /// <summary>The name that the interface is to have; null for the usual one.</summary>
    public static string? InterfaceName(NetworkAttachment attachment) => attachment.DriverOptions?.GetValueOrDefault(Name);

    /// <summary>What the container may reach beyond the network; null for what the network says.</summary>
    public static EgressPolicy? Egress(NetworkAttachment attachment) =>
        attachment.DriverOptions?.GetValueOrDefault(EgressPolicy.Option) is { } text ? EgressPolicy.Parse(text) : null;

    /// <summary>Kernel settings of the interface, <c>IFNAME</c> standing for its name.</summary>
    public static IReadOnlyDictionary<string, string> Settings(NetworkAttachment attachment) =>
        attachment.DriverOptions?.GetValueOrDefault(Sysctls) is { } text ? Entries(text).Select(e => Parse(e)!.Value).ToDictionary() : [];

    private static string[] Entries(string text) => text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static KeyValuePair<string, string>? Parse(string entry)
    {
        int equals = entry.IndexOf('=', StringComparison.Ordinal);
        string key = equals > 0 ? entry[..equals] : "";
        // The client writes all of it in small letters.
        return key.Split('.') is ["net", ("ipv4" or "ipv6" or "mpls") and { } family, { Length: > 0 } kind, "IFNAME" or "ifname", { Length: > 0 } setting] && !(kind + setting).AsSpan().ContainsAny('/', '\0')
            ? new($"net.{family}.{kind}.IFNAME.{setting}", entry[(equals + 1)..])
            : null;
    }
}

using Quai.Api.Networks;
using Quai.Api.Volumes;
using Quai.Compose.Model;
using Quai.Compose.Printing;

namespace Quai.Convergence.Requests;

/// <summary>Makes the requests for a project's networks and volumes.</summary>
public static class ProjectRequests
{
    /// <summary>The request for a network.</summary>
    /// <param name="project">The project.</param>
    /// <param name="key">The network's name in it.</param>
    /// <param name="context">What is not in the project's files.</param>
    public static NetworkCreateRequest Network(ComposeProject project, string key, RequestContext context)
    {
        ComposeNetwork network = project.Networks[key];
        Dictionary<string, string> labels = Labels(network.Labels, project, context);
        labels[ComposeLabels.Network] = key;
        labels[ComposeLabels.ConfigHash] = ConfigHash.Of(network);
        return new()
        {
            Name = network.Name,
            Driver = network.Driver,
            Options = network.DriverOptions.Count > 0 ? new(network.DriverOptions) : null,
            Internal = network.IsInternal,
            Attachable = network.IsAttachable,
            EnableIPv4 = network.EnableIpv4,
            EnableIPv6 = network.EnableIpv6,
            Labels = labels,
            IPAM = network.Ipam.Driver.Length == 0 && network.Ipam.Pools.Count == 0 ? null : new()
            {
                Driver = network.Ipam.Driver,
                Config = network.Ipam.Pools.Count == 0 ? null : [.. network.Ipam.Pools.Select(pool => new IpamConfig
                {
                    Subnet = Given(pool.Subnet),
                    IPRange = Given(pool.IpRange),
                    Gateway = Given(pool.Gateway),
                    AuxiliaryAddresses = pool.AuxiliaryAddresses.Count > 0 ? new(pool.AuxiliaryAddresses) : null,
                })],
            },
        };
    }

    /// <summary>The request for a volume.</summary>
    /// <param name="project">The project.</param>
    /// <param name="key">The volume's name in it.</param>
    /// <param name="context">What is not in the project's files.</param>
    public static VolumeCreateRequest Volume(ComposeProject project, string key, RequestContext context)
    {
        ComposeVolume volume = project.Volumes[key];
        Dictionary<string, string> labels = Labels(volume.Labels, project, context);
        labels[ComposeLabels.Volume] = key;
        labels[ComposeLabels.ConfigHash] = ConfigHash.Of(volume);
        return new() { Name = volume.Name, Driver = Given(volume.Driver), DriverOpts = volume.DriverOptions.Count > 0 ? new(volume.DriverOptions) : null, Labels = labels };
    }

    private static Dictionary<string, string> Labels(IReadOnlyDictionary<string, string> own, ComposeProject project, RequestContext context)
    {
        Dictionary<string, string> labels = new(own);
        foreach ((string name, string value) in context.Labels(project))
        {
            labels[name] = value;
        }

        return labels;
    }

    private static string? Given(string text) => text.Length > 0 ? text : null;
}

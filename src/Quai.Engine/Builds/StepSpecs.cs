using Quai.Runtime.Cgroups;
using System.Net;
using Quai.Build.Execution;
using Quai.BuildProtocol.Llb;
using Quai.Engine.Containers.Launching;
using Quai.Engine.Containers.Requests;
using Quai.Engine.Containers.Spec;
using Quai.Engine.Containers.Spec.Limits;
using Quai.Engine.Containers.Spec.Networking;
using Quai.Engine.Specs;
using Quai.Errors;
using Quai.Networks;
using Quai.Networks.Sandboxes;
using Quai.Oci.Runtime;

namespace Quai.Engine.Builds;

/// <summary>What a step's program is to be, in the terms in which containers are described.</summary>
/// <param name="options">The engine's settings.</param>
/// <param name="paths">Where the root is mounted.</param>
/// <param name="seccompProfile">The system call filter; see <see cref="SpecRequest.SeccompProfile"/>.</param>
internal sealed class StepSpecs(EngineOptions options, EnginePaths paths, string? seccompProfile)
{
    private const string Hostname = "buildkitsandbox";

    /// <summary>The cgroup of a step: that of containers, so that the same sweep finds what a crash left.</summary>
    public string CgroupOf(StepLaunch launch)
    {
        string parent = launch.Exec.Meta.CgroupParent.Length > 0 ? launch.Exec.Meta.CgroupParent : options.CgroupParent;
        return CgroupParents.Complaint(parent) is { } why ? throw QuaiException.Invalid($"invalid cgroup parent \"{parent}\": {why}") : CgroupTree.Base + CgroupParents.PathOf(parent, launch.Id);
    }

    /// <summary>How a step is confined: as containers are, unless the build was allowed to have it not.</summary>
    public static SecuritySpec SecurityOf(StepLaunch launch) => new() { Privileged = launch.Exec.Security == SecurityMode.Insecure };

    /// <summary>The request for its runtime configuration, but for its network and mounts.</summary>
    public SpecRequest Describe(StepLaunch launch, ResolvedUser user, string? appArmor)
    {
        Meta meta = launch.Exec.Meta;
        SecuritySpec security = SecurityOf(launch);
        string[] environment = [.. meta.Env, .. ProxyOf(meta.ProxyEnv), .. launch.SecretVariables];
        return new SpecRequest
        {
            Id = launch.Id,
            Spec = new ContainerSpec
            {
                Image = "",
                Program = new ProgramSpec { Command = [.. meta.Args], Environment = environment, WorkingDirectory = meta.Cwd, User = meta.User, Init = false, Terminal = launch.Conversation?.HasTerminal == true },
                Network = new NetworkSpec { Mode = new NetworkMode(launch.Exec.Network switch { NetMode.Host => "host", NetMode.None => "none", _ => NetworkMode.Bridge }) },
                Security = security,
                Log = LogSpec.Nowhere,
                Ulimits = [.. meta.Ulimit.Select(u => new UlimitSpec(u.Name, u.Soft, u.Hard))],
            },
            User = user,
            RootPath = paths.RootFs,
            Hostname = meta.Hostname.Length > 0 ? meta.Hostname : Hostname,
            TellsHostname = false,
            CgroupsPath = CgroupOf(launch),
            SeccompProfile = security.Privileged ? null : seccompProfile,
            AppArmorProfile = appArmor,
            Injected = launch.Devices,
        };
    }

    /// <summary>Writes the files by which a step knows names, and returns the mounts that show them.</summary>
    public IEnumerable<SpecMount> Files(StepLaunch launch, Endpoint? endpoint, string folder, IReadOnlyList<IPAddress> gateways)
    {
        Meta meta = launch.Exec.Meta;
        bool isHost = launch.Exec.Network == NetMode.Host;
        string name = meta.Hostname.Length > 0 ? meta.Hostname : Hostname;
        IEnumerable<IPAddress> addresses = ((IPAddress?[])[endpoint?.IPv4?.Address, endpoint?.IPv6?.Address]).OfType<IPAddress>();
        string hosts = ContainerFiles.Hosts(name, null, addresses, [.. meta.ExtraHosts.Select(h => $"{h.Host}:{h.IP}")], gateways);
        string servers = ContainerFiles.ResolvConf(ContainerFiles.HostResolvConf(isHost), options.Dns, options.DnsSearch, options.DnsOptions, isHost, endpoint is { Network.HasNames: true });
        foreach ((string file, string text) in (ReadOnlySpan<(string, string)>)[("hosts", hosts), ("resolv.conf", servers), ("hostname", name + "\n")])
        {
            NetworkFiles.WriteForContainer(Path.Combine(folder, file), text);
        }

        return [.. NetworkFiles.Names.Where(f => launch.Mounts.All(m => m.Destination != "/etc/" + f))
            .Select(f => new SpecMount { Destination = "/etc/" + f, Source = Path.Combine(folder, f), Propagation = "rprivate" })];
    }

    /// <summary>A step's mount.</summary>
    /// <param name="mount">The mount.</param>
    /// <param name="layers">The folder of all layers.</param>
    public static SpecMount MountOf(StepMount mount, string layers)
    {
        var common = new SpecMount { Destination = mount.Destination, ReadOnly = mount.ReadOnly, Propagation = "rprivate" };
        if (mount.Written is { } written)
        {
            return written.Lower.Count == 0
                ? common with { Source = Path.Combine(written.Root, written.Upper), Subpath = mount.Subpath }
                : common with { Source = layers, Subpath = mount.Subpath, Layers = new MountLayers(written.Root, written.Lower, mount.IsFile) { Upper = written.Upper, Work = written.Work } };
        }

        return mount.Layers is { Count: > 0 } lower
            ? common with { Source = layers, Subpath = mount.Subpath, Layers = new MountLayers(layers, [.. lower.Select(l => Path.GetRelativePath(layers, l))], mount.IsFile) }
            : mount.Source is { } source ? common with { Source = source }
            : common with { Propagation = "", TmpfsOptions = mount.Size > 0 ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"exec,size={mount.Size}") : "exec" };
    }

    private static IEnumerable<string> ProxyOf(ProxyEnv? proxy)
    {
        foreach ((string name, string value) in proxy is null ? [] : ((string, string)[])
            [("HTTP_PROXY", proxy.HttpProxy), ("HTTPS_PROXY", proxy.HttpsProxy), ("FTP_PROXY", proxy.FtpProxy), ("NO_PROXY", proxy.NoProxy), ("ALL_PROXY", proxy.AllProxy)])
        {
            if (value.Length > 0)
            {
                yield return $"{name}={value}";
                yield return $"{name.ToLowerInvariant()}={value}";
            }
        }
    }
}

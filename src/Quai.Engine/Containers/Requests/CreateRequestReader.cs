using Quai.Api.Containers;
using Quai.Engine.Containers.Networking;
using Quai.Engine.Containers.Requests.Mounts;
using Quai.Engine.Containers.Spec;
using Quai.Engine.Containers.Spec.Networking;
using Quai.Engine.Containers.State;
using Quai.Engine.Host;
using Quai.Engine.Security;
using Quai.Errors;
using Quai.Images;
using Quai.Linux.Processes;
using Quai.Networks;
using Quai.Oci.Images;
using Quai.Runtime.Cgroups;

namespace Quai.Engine.Containers.Requests;

/// <summary>Reads a request for a container: completes it from its image and the daemon's defaults, and refuses what cannot be honoured.</summary>
internal sealed class CreateRequestReader(EngineOptions options, ContainerRegistry registry, IImageStore images, INetworkService networks, AppArmor appArmor)
{
    /// <summary>Reads a request; nothing is created.</summary>
    /// <exception cref="QuaiException">It is malformed, contradicts itself, or names something that does not exist.</exception>
    public NewContainer Read(string id, string? platform, ContainerCreateRequest request)
    {
        List<string> warnings = [];
        HostConfig host = request.HostConfig ?? new HostConfig();
        NetworkNames.Resolve(host, request.NetworkingConfig, networks.List());
        MoveLinks(host, request);
        HostConfigRules.Validate(request, host, options, warnings);
        SecurityRules.Check(host, appArmor);
        if (OwnUserNamespace.IsNested)
        {
            warnings.AddRange(LimitSupport.Discard(host, CgroupLayout.Current));
        }

        Image image = FindImage(request.Image, platform, warnings);
        ContainerConfig config = CopyConfig(request);
        ConfigMerge.Apply(config, image.Config.Config);
        HostConfigRules.SetDefaults(host, options);
        CheckReferences(host);
        CheckNetworking(host, request.NetworkingConfig);
        SetAddress(config, host, request.NetworkingConfig);
        SetHostname(config, host, id);
        ExposePublished(config, host);
        var specs = new MountSpecs(options.DataRoot, registry.Named, name => images.Admit(name).Id);
        specs.Read(config, host);
        ContainerSpec spec = SpecReader.Read(config, host, specs.Result());
        return new NewContainer(image, spec, spec.Network.Disabled == true ? [] : NetworkAttachments.Of(spec.Network.Mode, request.NetworkingConfig), specs.Volumes, warnings);
    }

    private Image FindImage(string reference, string? platform, List<string> warnings)
    {
        if (reference.Length == 0)
        {
            throw QuaiException.Invalid("no image specified");
        }

        Platform? wanted = string.IsNullOrEmpty(platform) ? null : Platform.Parse(platform);
        Image image = images.Admit(reference, wanted);
        if (HostPlatform.Runs(image.Platform))
        {
            return image;
        }

        if (wanted is null)
        {
            string named = string.Join('/', ((string?[])[image.Config.Os, image.Config.Architecture, image.Config.Variant]).Where(p => !string.IsNullOrEmpty(p)));
            warnings.Add($"The requested image's platform ({named}) does not match the detected host platform ({HostPlatform.Text}) and no specific platform was requested");
        }

        // Not refused: its programs may still be for this machine. Otherwise the kernel will say no more than "exec format error".
        if (new Emulation().Missing(image.Platform) is { } why)
        {
            warnings.Add(why);
        }

        return image;
    }

    // On a network of its own a link is an alias there; only the default bridge has links as they once were.
    private static void MoveLinks(HostConfig host, ContainerCreateRequest request)
    {
        if (host.Links is { Count: > 0 } links && new NetworkMode(host.NetworkMode).Network is { } network && network != NetworkMode.Bridge)
        {
            request.NetworkingConfig ??= new NetworkingConfig();
            request.NetworkingConfig.EndpointsConfig ??= [];
            Api.Networks.EndpointSettings settings = request.NetworkingConfig.EndpointsConfig.GetValueOrDefault(network) ?? new Api.Networks.EndpointSettings();
            settings.Links = [.. (settings.Links ?? []).Union(links)];
            request.NetworkingConfig.EndpointsConfig[network] = settings;
            host.Links = null;
        }
    }

    private void CheckReferences(HostConfig host)
    {
        // By its id from now on: its name may be another container's by the time this one starts.
        host.PidMode = new NamespaceMode(host.PidMode).Container is { } pid ? "container:" + registry.Named(pid).Id : host.PidMode;
        host.IpcMode = new NamespaceMode(host.IpcMode).Container is { } ipc ? "container:" + registry.Named(ipc).Id : host.IpcMode;
        if (new NetworkMode(host.NetworkMode).Container is { } network && registry.Find(network) is { } donor)
        {
            host.NetworkMode = "container:" + donor.Id;
        }

        host.Links = new ContainerLinks(registry, networks).Resolve(host.Links);
    }

    private void CheckNetworking(HostConfig host, NetworkingConfig? networking)
    {
        foreach ((string name, Api.Networks.EndpointSettings? endpoint) in networking?.EndpointsConfig ?? [])
        {
            EndpointRules.Check(name, Existing(name), endpoint, Invalid(host));
        }
    }

    // A network may come until the container is started.
    private Network? Existing(string name)
    {
        try
        {
            return networks.Resolve(name);
        }
        catch (QuaiException e) when (e.Kind == ErrorKind.NotFound)
        {
            return null;
        }
    }

    private static string Invalid(HostConfig host) => $"invalid config for network {host.NetworkMode}: ";

    // Clients from 25 on set it on the endpoint; it is the container's in both places.
    private static void SetAddress(ContainerConfig config, HostConfig host, NetworkingConfig? networking)
    {
        if (string.IsNullOrEmpty(config.MacAddress) && networking?.EndpointsConfig?.GetValueOrDefault(host.NetworkMode)?.MacAddress is { Length: > 0 } address)
        {
            config.MacAddress = address;
        }

        EndpointRules.CheckHardware(config.MacAddress, Invalid(host));
    }

    private static void SetHostname(ContainerConfig config, HostConfig host, string id)
    {
        if (config.Hostname.Length == 0)
        {
            config.Hostname = new NetworkMode(host.NetworkMode).IsHost || host.UTSMode == "host" ? Environment.MachineName
                : !new NetworkMode(host.NetworkMode).IsContainer ? id[..12]
                : "";
        }
    }

    // A published port counts as exposed.
    private static void ExposePublished(ContainerConfig config, HostConfig host)
    {
        if (host.PortBindings is not { Count: > 0 } || new NetworkMode(host.NetworkMode).Network is null)
        {
            return;
        }

        config.ExposedPorts ??= [];
        foreach (string port in host.PortBindings.Keys)
        {
            config.ExposedPorts.TryAdd(PortRange.Parse(port).ToString(), System.Text.Json.JsonElement.Parse("{}"));
        }
    }

    private static ContainerConfig CopyConfig(ContainerCreateRequest r) => new()
    {
        Hostname = r.Hostname, Domainname = r.Domainname, User = r.User, AttachStdin = r.AttachStdin, AttachStdout = r.AttachStdout, AttachStderr = r.AttachStderr,
        ExposedPorts = r.ExposedPorts, Tty = r.Tty, OpenStdin = r.OpenStdin, StdinOnce = r.StdinOnce, Env = r.Env, Cmd = r.Cmd, Healthcheck = r.Healthcheck,
        ArgsEscaped = r.ArgsEscaped, Image = r.Image, Volumes = r.Volumes, WorkingDir = r.WorkingDir, Entrypoint = r.Entrypoint, NetworkDisabled = r.NetworkDisabled,
        MacAddress = r.MacAddress, OnBuild = r.OnBuild, Labels = r.Labels, StopSignal = r.StopSignal, StopTimeout = r.StopTimeout, Shell = r.Shell,
    };
}

using System.Security.Cryptography;
using Quai.Api.Containers;
using Quai.Engine.Containers.Requests;
using Quai.Engine.Containers.State;
using Quai.Errors;
using Quai.Images;
using Quai.Linux;
using Quai.Linux.Mounts;
using Quai.Linux.Trees;
using Quai.Volumes;

namespace Quai.Engine.Containers;

internal sealed partial class ContainerService
{
    /// <inheritdoc/>
    public async Task<ContainerCreateResponse> CreateAsync(string? name, string? platform, ContainerCreateRequest request, CancellationToken cancellation)
    {
        List<string> warnings = [];
        HostConfig host = request.HostConfig ?? new HostConfig();
        string id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        string? wanted = string.IsNullOrEmpty(name) ? null : ContainerNames.Validate(name);
        HostConfigRules.Validate(request, host, options, warnings);
        Image image = FindImage(request.Image, platform);
        ContainerConfig config = CopyConfig(request);
        ConfigMerge.Apply(config, image.Config.Config);
        HostConfigRules.SetDefaults(host, options);
        CheckReferences(host);
        CheckNetworking(host, request.NetworkingConfig);
        SetHostname(config, host, id);
        ExposePublished(config, host);
        var specs = new MountSpecs(options.DataRoot, registry.Resolve);
        specs.Read(config, host);
        List<ContainerMount> mounts = specs.Result();

        string taken = TakeName(wanted, id);
        bool kept = false;
        try
        {
            await images.PrepareSnapshotAsync(id, image.Id, cancellation).ConfigureAwait(false);
            VolumeTransaction? reserved = null;
            if (specs.Volumes.Count > 0)
            {
                string[] destinations = [.. specs.Volumes.Keys];
                reserved = await volumes.ReserveAsync(id, [.. specs.Volumes.Values], cancellation).ConfigureAwait(false);
                mounts = [.. mounts.Select(m => Array.IndexOf(destinations, m.Destination) is >= 0 and var at ? WithVolume(m, reserved.Volumes[at]) : m)];
            }

            var container = new Container
            {
                Id = id,
                Name = taken,
                Created = time.GetUtcNow(),
                ImageId = image.Id,
                Config = config,
                HostConfig = host,
                Networking = request.NetworkingConfig,
                Mounts = mounts,
                Machine = new ContainerStateMachine(RunState.New),
            };
            try
            {
                await CommitAsync(container, reserved, cancellation).ConfigureAwait(false);
            }
            finally
            {
                if (reserved is not null)
                {
                    await reserved.DisposeAsync().ConfigureAwait(false);
                }
            }

            kept = true;
            registry.Add(container);
            Publish(container, "create");
            return new ContainerCreateResponse(id, warnings);
        }
        finally
        {
            if (!kept)
            {
                registry.Release(taken);
                await images.RemoveSnapshotAsync(id, CancellationToken.None).ConfigureAwait(false);
            }
        }
    }

    // One transaction for the container and its volumes. What follows it, the volumes' content, is undone when it fails.
    private async Task CommitAsync(Container container, VolumeTransaction? reserved, CancellationToken cancellation)
    {
        await database.WriteAsync(
            connection =>
            {
                reserved?.Write(connection);
                ContainerTable.Insert(connection, container);
            },
            cancellation).ConfigureAwait(false);
        if (reserved is null)
        {
            return;
        }

        try
        {
            await reserved.CompleteAsync().ConfigureAwait(false);
            Populate(container);
        }
        catch
        {
            await reserved.DisposeAsync().ConfigureAwait(false);
            VolumeTransaction? release = await volumes.ReleaseAsync(container.Id, removeAnonymous: true, CancellationToken.None).ConfigureAwait(false);
            await database.WriteAsync(
            connection =>
            {
                ContainerTable.Delete(connection, container.Id);
                release?.Write(connection);
            },
            CancellationToken.None).ConfigureAwait(false);
            if (release is not null)
            {
                await release.CompleteAsync().ConfigureAwait(false);
                await release.DisposeAsync().ConfigureAwait(false);
            }

            throw;
        }
    }

    // An empty volume receives what the image has at its place.
    private void Populate(Container container)
    {
        FileDescriptor? root = null;
        try
        {
            foreach (ContainerMount mount in container.Mounts)
            {
                if (mount.Type != "volume" || mount.NoCopy || mount.Subpath is not null)
                {
                    continue;
                }

                string folder = volumes.Mount(mount.Name!, container.Id);
                if (!FileTree.IsEmpty(folder))
                {
                    continue;
                }

                if (root is null)
                {
                    Snapshot snapshot = images.GetSnapshot(container.Id);
                    root = DetachedOverlay.Open(snapshot.Root, snapshot.Lower, snapshot.Upper, snapshot.Work, paths.RootFs);
                }

                using FileDescriptor? source = RootedFiles.TryOpen(root, mount.Destination, directory: true);
                if (source is not null)
                {
                    volumes.Fill(mount.Name!, $"/proc/self/fd/{source.Number}");
                }
            }
        }
        finally
        {
            root?.Dispose();
            volumes.Unmount(container.Id);
        }
    }

    private static ContainerMount WithVolume(ContainerMount mount, Volume volume) => mount with { Name = volume.Name, Source = volume.Mountpoint };

    private string TakeName(string? wanted, string id)
    {
        if (wanted is not null)
        {
            ReserveName(wanted, id);
            return wanted;
        }

        for (int attempt = 0; ; attempt++)
        {
            string generated = ContainerNames.Generate(attempt);
            if (registry.Reserve(generated, id) is null)
            {
                return generated;
            }
        }
    }

    private Image FindImage(string reference, string? platform)
    {
        if (reference.Length == 0)
        {
            throw QuaiException.Invalid("no image specified");
        }

        Image image = images.Admit(reference);
        if (string.IsNullOrEmpty(platform))
        {
            return image;
        }

        string[] parts = platform.Split('/');
        bool fits = parts.Length == 1
            ? parts[0] == image.Config.Os || parts[0] == image.Config.Architecture
            : parts[0] == image.Config.Os && parts[1] == image.Config.Architecture;
        return fits
            ? image
            : throw QuaiException.NotFound($"image with reference {reference} was found but its platform ({image.Config.Os}/{image.Config.Architecture}) does not match the specified platform ({platform})");
    }

    private void CheckReferences(HostConfig host)
    {
        foreach (string mode in (ReadOnlySpan<string>)[host.PidMode, host.IpcMode])
        {
            if (NetworkMode.ContainerOf(mode) is { } other)
            {
                registry.Resolve(other);
            }
        }

        foreach (string link in host.Links ?? [])
        {
            string target = link.Split(':')[0];
            throw registry.Find(target) is null
                ? QuaiException.Invalid($"could not get container for {target}: No such container: {target}")
                : new QuaiException(ErrorKind.NotImplemented, "links are not supported: connect the containers by a network instead");
        }
    }

    private static void CheckNetworking(HostConfig host, NetworkingConfig? networking)
    {
        foreach ((string name, Api.Networks.EndpointSettings? endpoint) in networking?.EndpointsConfig ?? [])
        {
            if ((NetworkMode.NetworkOf(name) is "bridge" or null) && endpoint?.IPAMConfig is { } ipam && (!string.IsNullOrEmpty(ipam.IPv4Address) || !string.IsNullOrEmpty(ipam.IPv6Address)))
            {
                throw QuaiException.Invalid($"invalid config for network {host.NetworkMode}: invalid endpoint settings:\nuser specified IP address is supported on user defined networks only");
            }

            if (endpoint?.IPAMConfig?.LinkLocalIPs is { Count: > 0 })
            {
                throw QuaiException.Invalid($"invalid config for network {host.NetworkMode}: invalid endpoint settings:\nlink-local addresses are supported on user defined networks only");
            }
        }
    }

    private static void SetHostname(ContainerConfig config, HostConfig host, string id)
    {
        if (config.Hostname.Length == 0)
        {
            config.Hostname = NetworkMode.IsHost(host.NetworkMode) || host.UTSMode == "host" ? Environment.MachineName
                : NetworkMode.ContainerOf(host.NetworkMode) is null ? id[..12]
                : "";
        }
    }

    // A published port counts as exposed.
    private static void ExposePublished(ContainerConfig config, HostConfig host)
    {
        if (host.PortBindings is not { Count: > 0 } || NetworkMode.NetworkOf(host.NetworkMode) is null)
        {
            return;
        }

        config.ExposedPorts ??= [];
        foreach (string port in host.PortBindings.Keys)
        {
            config.ExposedPorts.TryAdd(PortSpecs.Normalize(port), System.Text.Json.JsonElement.Parse("{}"));
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

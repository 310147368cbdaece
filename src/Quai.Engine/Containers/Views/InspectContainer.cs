using Quai.Api.Containers;
using Quai.Api.Networks;
using Quai.Content.Snapshots;
using Quai.Engine.Containers.Launching;
using Quai.Engine.Containers.Requests;
using Quai.Engine.Containers.State;
using Quai.Engine.Execs;
using Quai.Engine.Specs;
using Quai.Errors;
using Quai.Images;
using Quai.Linux;

namespace Quai.Engine.Containers.Views;

/// <summary>Returns everything known about a container.</summary>
internal sealed class InspectContainer(ContainerRegistry registry, Launcher launcher, EnginePaths paths, ExecService execs, IImageStore images, ContainerSizes sizes, NetworkView networks)
{
    /// <inheritdoc cref="IContainers.InspectAsync"/>
    public async Task<ContainerInspect> RunAsync(string id, bool size, CancellationToken cancellation)
    {
        Container container = registry.Resolve(id);
        RunState state = container.State;
        IReadOnlyList<string> line = container.Spec.Program.Line();
        bool started = state.StartedAt is not null || state.IsRunning;
        string files = paths.Container(launcher.Files.OwnerOf(container).Id);
        var result = new ContainerInspect
        {
            Id = container.Id,
            Created = ApiTime.Format(container.Created),
            Path = line.Count > 0 ? line[0] : "",
            Args = [.. line.Skip(1)],
            State = StateOf(container, state),
            Image = container.ImageId,
            ResolvConfPath = started ? Path.Combine(files, "resolv.conf") : "",
            HostnamePath = started ? Path.Combine(files, "hostname") : "",
            HostsPath = started ? Path.Combine(files, "hosts") : "",
            LogPath = started && container.Spec.Log.IsShownFile ? paths.LogOf(container.Id, container.Spec.Log) ?? "" : "",
            Name = "/" + container.Name,
            RestartCount = state.RestartCount,
            AppArmorProfile = ProfileOf(container, started),
            ExecIDs = execs.RunningIn(container),
            HostConfig = HostConfigOf(container),
            GraphDriver = GraphDriverOf(container),
            Mounts = SpecView.MountsOf(container.Spec),
            Config = SpecView.ConfigOf(container.Spec),
            NetworkSettings = networks.SettingsOf(container, state),
        };
        if (started && container.Spec.Network.Mode.IsContainer)
        {
            // The other's, which it found when it was started.
            result.Config.Hostname = launcher.Files.HostnameOf(container);
        }

        if (size)
        {
            (result.SizeRw, result.SizeRootFs) = await sizes.OfAsync(container, cancellation).ConfigureAwait(false);
        }

        return result;
    }

    private HostConfig HostConfigOf(Container container)
    {
        HostConfig config = SpecView.HostConfigOf(container.Spec);
        config.Links = networks.Links.Shown(container);
        return config;
    }

    // As in Docker: until a container has been started, only what it names itself.
    private string ProfileOf(Container container, bool started)
    {
        try
        {
            return (started || container.Spec.Security.Options().AppArmorProfile is { Length: > 0 }
                ? launcher.AppArmor.ProfileOf(container.Spec.Security)
                : null) ?? "";
        }
        catch (QuaiException)
        {
            // It was created on a host where this could be honoured; here it cannot be started.
            return "";
        }
    }

    private static ContainerState StateOf(Container container, RunState state) => new()
    {
        Status = StatusText.Name(state),
        Running = state.IsRunning && state.Status != ContainerStatus.Starting,
        Paused = state.Status == ContainerStatus.Paused,
        Restarting = state.Status == ContainerStatus.Restarting,
        OOMKilled = state.OomKilled,
        Pid = state.Pid,
        ExitCode = state.ExitCode,
        Error = state.Error,
        StartedAt = ApiTime.Format(state.StartedAt),
        FinishedAt = ApiTime.Format(state.FinishedAt),
        Health = container.Run?.Health?.Read(),
    };

    private GraphDriverData GraphDriverOf(Container container)
    {
        try
        {
            Snapshot s = images.GetSnapshot(container.Id);
            return new GraphDriverData
            {
                Data = new Dictionary<string, string>
                {
                    ["LowerDir"] = string.Join(':', s.Lower.Select(l => Path.Combine(s.Root, l))),
                    ["MergedDir"] = container.State.HasProcess ? $"/proc/{container.State.Pid}/root" : "",
                    ["UpperDir"] = Path.Combine(s.Root, s.Upper),
                    ["WorkDir"] = Path.Combine(s.Root, s.Work),
                },
            };
        }
        catch (Exception e) when (e is QuaiException or LinuxException)
        {
            // Removed this very moment.
            return new GraphDriverData();
        }
    }
}

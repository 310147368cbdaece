using Quai.Api.Networks;
using Quai.Api.Volumes;
using Quai.Compose.Model;
using Quai.Compose.Printing;
using Quai.Convergence.Observing;

namespace Quai.Convergence.Planning;

/// <summary>Plans networks and volumes.</summary>
internal sealed class ResourcePlans(ComposeProject project, ObservedProject observed, PlanBuilder builder)
{
    private readonly Dictionary<string, string> _networkIds = [];
    private readonly Dictionary<string, int> _networkSteps = [], _volumeSteps = [], _removals = [];
    private readonly List<string> _diverged = [];

    /// <summary>Volumes that are not as the files describe them.</summary>
    public IReadOnlyList<string> DivergedVolumes => _diverged;

    /// <summary>The id of a network that there is and stays; null of one that is to be made.</summary>
    public string? NetworkId(string key) => _networkIds.GetValueOrDefault(key);

    /// <summary>Whether a volume is removed and made anew.</summary>
    public bool IsVolumeReplaced(string key) => _removals.ContainsKey("volume " + key);

    /// <summary>The steps that must be done before a container of a service can be made.</summary>
    public IEnumerable<int> Before(ComposeService service) => service.Networks.Keys.Where(_networkSteps.ContainsKey).Select(key => _networkSteps[key])
        .Concat(VolumesOf(service).Where(_volumeSteps.ContainsKey).Select(key => _volumeSteps[key]));

    /// <summary>The steps that can only be done when a service's containers no longer use what they remove.</summary>
    public IEnumerable<(int Step, bool Removed)> Removals(ComposeService service) =>
        service.Networks.Keys.Where(key => _removals.ContainsKey("network " + key)).Select(key => (_removals["network " + key], false))
            .Concat(VolumesOf(service).Where(IsVolumeReplaced).Select(key => (_removals["volume " + key], true)));

    /// <summary>Plans the networks.</summary>
    /// <exception cref="ConvergenceException">One is in the way.</exception>
    public void PlanNetworks()
    {
        foreach ((string key, ComposeNetwork network) in project.Networks.OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            NetworkInspect[] named = [.. observed.Networks.Where(one => one.Name == network.Name || (network.IsExternal && one.Id == network.Name))];
            if (network.IsExternal)
            {
                _networkIds[key] = named[0].Id;
                continue;
            }

            PlanNetwork(key, network, named);
        }
    }

    private void PlanNetwork(string key, ComposeNetwork network, NetworkInspect[] named)
    {
        NetworkInspect? found = named.FirstOrDefault(one => one.Labels.GetValueOrDefault(ComposeLabels.Project) == project.Name) ?? named.FirstOrDefault();
        if (found is null)
        {
            _networkSteps[key] = builder.Add(new() { Id = 0, Action = StepAction.CreateNetwork, Name = network.Name, Key = key, Reason = "there is none" });
            return;
        }

        if (found.Labels.GetValueOrDefault(ComposeLabels.Project) is not { } owner)
        {
            builder.Warnings.Add($"a network with name {network.Name} exists but was not created by compose.\nSet `external: true` to use an existing network");
        }
        else if (owner != project.Name)
        {
            builder.Warnings.Add($"a network with name {network.Name} exists but was not created for project \"{project.Name}\".\nSet `external: true` to use an existing network");
        }

        string label = found.Labels.GetValueOrDefault(ComposeLabels.Network, "");
        if (label != key)
        {
            throw new ConvergenceException($"network {network.Name} was found but has incorrect label {ComposeLabels.Network} set to \"{label}\" (expected: \"{key}\")");
        }

        string hash = found.Labels.GetValueOrDefault(ComposeLabels.ConfigHash, "");
        if (hash.Length == 0 || hash == ConfigHash.Of(network))
        {
            _networkIds[key] = found.Id;
            return;
        }

        int removal = builder.Add(new() { Id = 0, Action = StepAction.RemoveNetwork, Name = network.Name, Key = key, Reason = "its configuration has changed" });
        _removals["network " + key] = removal;
        _networkSteps[key] = builder.Add(new() { Id = 0, Action = StepAction.CreateNetwork, Name = network.Name, Key = key, Reason = "its configuration has changed" }, removal);
    }

    /// <summary>Plans the volumes.</summary>
    /// <param name="replaceable">Those that may be removed and made anew.</param>
    public void PlanVolumes(IReadOnlyCollection<string> replaceable)
    {
        foreach ((string key, ComposeVolume volume) in project.Volumes.OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            VolumeInspect? found = observed.Volumes.GetValueOrDefault(volume.Name);
            if (volume.IsExternal)
            {
                continue;
            }

            if (found is null)
            {
                _volumeSteps[key] = builder.Add(new() { Id = 0, Action = StepAction.CreateVolume, Name = volume.Name, Key = key, Reason = "there is none" });
            }
            else
            {
                PlanVolume(key, volume, found, replaceable.Contains(key));
            }
        }
    }

    private void PlanVolume(string key, ComposeVolume volume, VolumeInspect found, bool isReplaceable)
    {
        if (found.Labels?.GetValueOrDefault(ComposeLabels.Project) is not { } owner)
        {
            builder.Warnings.Add($"volume \"{volume.Name}\" already exists but was not created by Docker Compose. Use `external: true` to use an existing volume");
        }
        else if (owner != project.Name)
        {
            builder.Warnings.Add($"volume \"{volume.Name}\" already exists but was created for project \"{owner}\" (expected \"{project.Name}\"). Use `external: true` to use an existing volume");
        }

        if (found.Labels?.GetValueOrDefault(ComposeLabels.ConfigHash) is not { } hash || hash == ConfigHash.Of(volume))
        {
            return;
        }

        _diverged.Add(key);
        if (isReplaceable)
        {
            int removal = builder.Add(new() { Id = 0, Action = StepAction.RemoveVolume, Name = volume.Name, Key = key, Reason = "its configuration has changed" });
            _removals["volume " + key] = removal;
            _volumeSteps[key] = builder.Add(new() { Id = 0, Action = StepAction.CreateVolume, Name = volume.Name, Key = key, Reason = "its configuration has changed" }, removal);
        }
    }

    /// <summary>Has what is removed wait until no container uses it.</summary>
    public void CloseRemovals()
    {
        foreach (int step in _removals.Values)
        {
            builder.Order(step, _releases.GetValueOrDefault(step) ?? []);
        }
    }

    private readonly Dictionary<int, List<int>> _releases = [];

    /// <summary>Says that a removal has to wait for a step.</summary>
    public void ReleasedBy(int removal, int step)
    {
        if (!_releases.TryGetValue(removal, out List<int>? steps))
        {
            _releases[removal] = steps = [];
        }

        steps.Add(step);
    }

    private static IEnumerable<string> VolumesOf(ComposeService service) => service.Volumes.Where(mount => mount.Type == "volume" && mount.Source.Length > 0).Select(mount => mount.Source).Distinct();
}

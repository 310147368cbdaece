using Quai.Api.Containers;
using Quai.Engine.Containers.Spec;
using Quai.Engine.Containers.State;
using Quai.Errors;
using Quai.Volumes;

namespace Quai.Engine.Containers.Requests.Mounts;

/// <summary>Reads the mounts of a create request: <c>-v</c>, <c>--mount</c>, <c>--tmpfs</c>, the image's volumes and <c>--volumes-from</c>.</summary>
internal sealed class MountSpecs(string dataRoot, Func<string, Container> find, Func<string, string> imageId)
{
    private readonly Dictionary<string, ContainerMount> _mounts = [];
    private readonly HashSet<string> _written = [];
    private readonly MountPaths _paths = new(dataRoot);

    /// <summary>Volumes to create or find, in the order of <see cref="Result"/>'s volumes.</summary>
    public Dictionary<string, VolumeRequest> Volumes { get; } = [];

    /// <summary>All mounts, parents before their children.</summary>
    public List<ContainerMount> Result() => [.. _mounts.Values.OrderBy(m => m.Destination.Count(c => c == '/')).ThenBy(m => m.Destination, StringComparer.Ordinal)];

    /// <summary>Reads everything.</summary>
    /// <exception cref="QuaiException">The first thing that is wrong, in Docker's words.</exception>
    public void Read(ContainerConfig config, HostConfig host)
    {
        foreach (string from in host.VolumesFrom ?? [])
        {
            ReadVolumesFrom(from);
        }

        var shorts = new ShortMounts(_paths);
        foreach (string bind in host.Binds ?? [])
        {
            Add(shorts.Read(bind, host.VolumeDriver), written: true);
        }

        var longs = new LongMounts(_paths, imageId);
        foreach (MountRequest request in host.Mounts ?? [])
        {
            Add(longs.Read(request), written: true);
        }

        foreach ((string path, string options) in host.Tmpfs ?? [])
        {
            string destination = MountPaths.CheckDestination(path);
            Add(new(new ContainerMount { Type = "tmpfs", Destination = destination, TmpfsOptions = options, Unlisted = true }), written: true);
        }

        foreach (string path in config.Volumes?.Keys ?? Enumerable.Empty<string>())
        {
            string destination;
            try
            {
                // A relative one is meant from the container's root, as in Docker.
                destination = MountPaths.CheckDestination("/" + path);
            }
            catch (QuaiException e)
            {
                throw QuaiException.Invalid($"invalid volume specification: '{path}': {e.Message}", e);
            }

            if (!_mounts.ContainsKey(destination))
            {
                Add(new(new ContainerMount { Type = "volume", Destination = destination }, new VolumeRequest(null, host.VolumeDriver)), written: false);
            }
        }
    }

    private void Add(ReadMount read, bool written)
    {
        string destination = read.Mount.Destination;
        if (written && !_written.Add(destination))
        {
            throw QuaiException.Invalid($"Duplicate mount point: {destination}");
        }

        Volumes.Remove(destination);
        _mounts[destination] = read.Mount;
        if (read.Volume is { } volume)
        {
            Volumes[destination] = volume;
        }
    }

    private void ReadVolumesFrom(string spec)
    {
        if (spec.Length == 0)
        {
            throw QuaiException.Invalid("volumes-from specification cannot be an empty string");
        }

        int colon = spec.IndexOf(':');
        string mode = colon < 0 ? "" : spec[(colon + 1)..];
        string name = colon < 0 ? spec : spec[..colon];
        if (BindMode.TryParse(mode) is not { Propagation: null, NoCopy: false } flags)
        {
            throw QuaiException.Invalid($"invalid mode: {mode}");
        }

        foreach (ContainerMount mount in find(name).Spec.Mounts)
        {
            if (mount.Type == "tmpfs")
            {
                continue;
            }

            ContainerMount copy = mount with { ReadWrite = mount.ReadWrite && !flags.ReadOnly, Mode = "" };
            Add(new(copy, copy.Type == "volume" ? new VolumeRequest(copy.Name) : null), written: false);
        }
    }
}

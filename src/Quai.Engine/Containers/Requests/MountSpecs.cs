using Quai.Api.Containers;
using Quai.Engine.Containers.State;
using Quai.Errors;
using Quai.Volumes;

namespace Quai.Engine.Containers.Requests;

/// <summary>Reads the mounts of a create request: <c>-v</c>, <c>--mount</c>, <c>--tmpfs</c>, the image's volumes and <c>--volumes-from</c>.</summary>
internal sealed class MountSpecs(string dataRoot, Func<string, Container> find)
{
    private readonly Dictionary<string, ContainerMount> _mounts = [];
    private readonly HashSet<string> _written = [];

    /// <summary>Volumes to make or find, in the order of <see cref="Result"/>'s volumes.</summary>
    public Dictionary<string, VolumeRequest> Volumes { get; } = [];

    /// <summary>All mounts, parents before what lies below them.</summary>
    public List<ContainerMount> Result() => [.. _mounts.Values.OrderBy(m => m.Destination.Count(c => c == '/')).ThenBy(m => m.Destination, StringComparer.Ordinal)];

    /// <summary>Reads everything.</summary>
    /// <exception cref="QuaiException">The first thing that is wrong, in Docker's words.</exception>
    public void Read(ContainerConfig config, HostConfig host)
    {
        foreach (string from in host.VolumesFrom ?? [])
        {
            ReadVolumesFrom(from);
        }

        foreach (string bind in host.Binds ?? [])
        {
            ContainerMount mount = ReadBind(bind, host.VolumeDriver);
            Add(mount, written: true);
        }

        foreach (MountRequest request in host.Mounts ?? [])
        {
            Add(ReadMount(request), written: true);
        }

        foreach ((string path, string options) in host.Tmpfs ?? [])
        {
            string destination = CheckDestination(path);
            Add(new ContainerMount { Type = "tmpfs", Destination = destination, TmpfsOptions = options, Unlisted = true }, written: true);
        }

        foreach (string path in config.Volumes?.Keys ?? Enumerable.Empty<string>())
        {
            string destination;
            try
            {
                destination = CheckDestination(path);
            }
            catch (QuaiException e)
            {
                throw QuaiException.Invalid($"invalid volume specification: '{path}': {e.Message}", e);
            }

            if (!_mounts.ContainsKey(destination))
            {
                AddVolume(new ContainerMount { Type = "volume", Destination = destination }, new VolumeRequest(null, host.VolumeDriver), written: false);
            }
        }
    }

    private void Add(ContainerMount mount, bool written)
    {
        if (written && !_written.Add(mount.Destination))
        {
            throw QuaiException.Invalid($"Duplicate mount point: {mount.Destination}");
        }

        Volumes.Remove(mount.Destination);
        _mounts[mount.Destination] = mount;
        if (mount.Type == "volume" && _pending is { } request)
        {
            Volumes[mount.Destination] = request;
        }

        _pending = null;
    }

    private VolumeRequest? _pending;

    private void AddVolume(ContainerMount mount, VolumeRequest request, bool written)
    {
        _pending = request;
        Add(mount, written);
    }

    private void ReadVolumesFrom(string spec)
    {
        int colon = spec.LastIndexOf(':');
        string mode = colon < 0 ? "" : spec[(colon + 1)..];
        string name = colon < 0 ? spec : spec[..colon];
        if (name.Length == 0)
        {
            throw QuaiException.Invalid($"invalid volumes-from specification: '{spec}'");
        }

        if (mode is not ("" or "ro" or "rw" or "z" or "Z" or "ro,z" or "rw,z" or "ro,Z" or "rw,Z"))
        {
            throw QuaiException.Invalid($"invalid mode: {mode}");
        }

        foreach (ContainerMount mount in find(name).Mounts)
        {
            if (mount.Type == "tmpfs")
            {
                continue;
            }

            ContainerMount copy = mount with { ReadWrite = mount.ReadWrite && !mode.StartsWith("ro", StringComparison.Ordinal), Mode = mode.Length > 0 ? mode : mount.Mode };
            if (copy.Type == "volume")
            {
                AddVolume(copy, new VolumeRequest(copy.Name), written: false);
            }
            else
            {
                Add(copy, written: false);
            }
        }
    }

    private ContainerMount ReadBind(string spec, string driver)
    {
        string[] parts = spec.Split(':');
        if (parts.Length > 3 || parts.Any(p => p.Length == 0))
        {
            throw Invalid(spec);
        }

        (string source, string destination, string mode) = parts.Length switch
        {
            1 => ("", parts[0], ""),
            2 when IsMode(parts[1]) => ("", parts[0], parts[1]),
            2 => (parts[0], parts[1], ""),
            _ => (parts[0], parts[1], parts[2]),
        };
        bool bind = source.StartsWith('/');
        BindMode flags = ParseMode(mode, bind);
        if (destination.Length == 0)
        {
            throw Invalid(spec);
        }

        try
        {
            destination = CheckDestination(destination);
        }
        catch (QuaiException e)
        {
            throw QuaiException.Invalid($"invalid volume specification: '{spec}': invalid mount config for type \"{(bind ? "bind" : "volume")}\": {e.Message}", e);
        }

        if (bind)
        {
            string path = Clean(source);
            return new ContainerMount
            {
                Type = "bind",
                Source = path,
                Destination = destination,
                Mode = mode,
                ReadWrite = !flags.ReadOnly,
                Propagation = flags.Propagation ?? DefaultPropagation(path),
                CreateSource = true,
            };
        }

        if (source.Length > 0)
        {
            VolumeStore.ValidateName(source);
        }

        _pending = new VolumeRequest(source.Length == 0 ? null : source, driver);
        return new ContainerMount
        {
            Type = "volume",
            Destination = destination,
            Mode = mode.Length == 0 && source.Length > 0 ? "z" : mode,
            ReadWrite = !flags.ReadOnly,
            NoCopy = flags.NoCopy,
        };
    }

    private ContainerMount ReadMount(MountRequest request)
    {
        QuaiException Fail(string why, Exception? inner = null) => QuaiException.Invalid($"invalid mount config for type \"{request.Type}\": {why}", inner);
        if (request.Type is not ("bind" or "volume" or "tmpfs"))
        {
            throw Fail("mount type unknown");
        }

        if (request.Target.Length == 0)
        {
            throw Fail("field Target must not be empty");
        }

        string destination;
        try
        {
            destination = CheckDestination(request.Target);
        }
        catch (QuaiException e)
        {
            throw Fail(e.Message, e);
        }

        if (request.Type != "bind" && request.BindOptions is not null)
        {
            throw Fail("field BindOptions must not be specified");
        }

        if (request.Type != "volume" && request.VolumeOptions is not null)
        {
            throw Fail("field VolumeOptions must not be specified");
        }

        if (request.Type != "tmpfs" && request.TmpfsOptions is not null)
        {
            throw Fail("field TmpfsOptions must not be specified");
        }

        return request.Type switch
        {
            "bind" => ReadBindMount(request, destination, Fail),
            "volume" => ReadVolumeMount(request, destination, Fail),
            _ => ReadTmpfsMount(request, destination, Fail),
        };
    }

    private ContainerMount ReadBindMount(MountRequest request, string destination, Func<string, Exception?, QuaiException> fail)
    {
        if (string.IsNullOrEmpty(request.Source))
        {
            throw fail("field Source must not be empty", null);
        }

        if (!request.Source.StartsWith('/'))
        {
            throw fail($"invalid mount path: '{request.Source}' mount path must be absolute", null);
        }

        string propagation = request.BindOptions?.Propagation ?? "";
        if (propagation.Length > 0 && !IsPropagation(propagation))
        {
            throw fail($"invalid propagation mode: {propagation}", null);
        }

        string source = Clean(request.Source);
        bool create = request.BindOptions?.CreateMountpoint ?? false;
        if (!create && !Path.Exists(source))
        {
            throw fail($"bind source path does not exist: {source}", null);
        }

        return new ContainerMount
        {
            Type = "bind",
            Source = source,
            Destination = destination,
            ReadWrite = !request.ReadOnly,
            Propagation = propagation.Length > 0 ? propagation : DefaultPropagation(source),
            NonRecursive = request.BindOptions?.NonRecursive ?? false,
            CreateSource = create,
        };
    }

    private ContainerMount ReadVolumeMount(MountRequest request, string destination, Func<string, Exception?, QuaiException> fail)
    {
        string? name = string.IsNullOrEmpty(request.Source) ? null : request.Source;
        if (name is not null)
        {
            VolumeStore.ValidateName(name);
        }

        string? subpath = string.IsNullOrEmpty(request.VolumeOptions?.Subpath) ? null : request.VolumeOptions.Subpath;
        if (subpath is not null && (name is null || subpath.StartsWith('/') || subpath.Split('/').Contains("..")))
        {
            throw fail(name is null ? "must not set Subpath when using anonymous volumes" : "subpath must be a relative path within the volume", null);
        }

        _pending = new VolumeRequest(name, request.VolumeOptions?.DriverConfig?.Name, request.VolumeOptions?.DriverConfig?.Options, request.VolumeOptions?.Labels);
        return new ContainerMount
        {
            Type = "volume",
            Destination = destination,
            Mode = "z",
            ReadWrite = !request.ReadOnly,
            NoCopy = request.VolumeOptions?.NoCopy ?? false,
            Subpath = subpath,
        };
    }

    private static ContainerMount ReadTmpfsMount(MountRequest request, string destination, Func<string, Exception?, QuaiException> fail)
    {
        if (!string.IsNullOrEmpty(request.Source))
        {
            throw fail("field Source must not be specified", null);
        }

        List<string> options = [];
        if (request.ReadOnly)
        {
            options.Add("ro");
        }

        if (request.TmpfsOptions is { } tmpfs)
        {
            if (tmpfs.SizeBytes > 0)
            {
                options.Add($"size={tmpfs.SizeBytes}");
            }

            if (tmpfs.Mode != 0)
            {
                options.Add("mode=" + Convert.ToString(tmpfs.Mode, 8));
            }

            options.AddRange((tmpfs.Options ?? []).Select(o => string.Join('=', o)));
        }

        return new ContainerMount { Type = "tmpfs", Destination = destination, ReadWrite = !request.ReadOnly, TmpfsOptions = string.Join(',', options) };
    }

    // A source above the daemon's own data would pin its mounts: those are not passed on privately.
    private string DefaultPropagation(string source) =>
        dataRoot == source || dataRoot.StartsWith(source == "/" ? "/" : source + "/", StringComparison.Ordinal) ? "rslave" : "rprivate";

    private static QuaiException Invalid(string spec) => QuaiException.Invalid($"invalid volume specification: '{spec}'");

    private static bool IsPropagation(string text) => text is "private" or "rprivate" or "slave" or "rslave" or "shared" or "rshared";

    private static bool IsMode(string text) => text.Split(',').All(p => p is "rw" or "ro" or "z" or "Z" or "nocopy" or "consistent" or "cached" or "delegated" || IsPropagation(p));

    private static BindMode ParseMode(string mode, bool bind)
    {
        var result = new BindMode(false, false, null);
        var seen = (Write: 0, Label: 0, Propagation: 0, Copy: 0);
        foreach (string part in mode.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            switch (part)
            {
                case "ro" or "rw":
                    result = result with { ReadOnly = part == "ro" };
                    seen.Write++;
                    break;
                case "z" or "Z":
                    seen.Label++;
                    break;
                case "nocopy" when !bind:
                    result = result with { NoCopy = true };
                    seen.Copy++;
                    break;
                case "consistent" or "cached" or "delegated":
                    break;
                default:
                    if (!bind || !IsPropagation(part))
                    {
                        throw QuaiException.Invalid($"invalid mode: {mode}");
                    }

                    result = result with { Propagation = part };
                    seen.Propagation++;
                    break;
            }
        }

        return seen is { Write: < 2, Label: < 2, Propagation: < 2, Copy: < 2 } ? result : throw QuaiException.Invalid($"invalid mode: {mode}");
    }

    private static string CheckDestination(string path)
    {
        if (!path.StartsWith('/'))
        {
            throw QuaiException.Invalid($"invalid mount path: '{path}' mount path must be absolute");
        }

        string clean = Clean(path);
        return clean == "/" ? throw QuaiException.Invalid("invalid specification: destination can't be '/'") : clean;
    }

    // Resolves . and .. by the text alone, as paths inside a container must be.
    private static string Clean(string path)
    {
        List<string> parts = [];
        foreach (string part in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part == "..")
            {
                if (parts.Count > 0)
                {
                    parts.RemoveAt(parts.Count - 1);
                }
            }
            else if (part != ".")
            {
                parts.Add(part);
            }
        }

        return "/" + string.Join('/', parts);
    }

    private readonly record struct BindMode(bool ReadOnly, bool NoCopy, string? Propagation);
}

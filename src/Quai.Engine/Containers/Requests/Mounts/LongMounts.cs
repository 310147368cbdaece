using Quai.Api.Containers;
using Quai.Engine.Containers.Spec;
using Quai.Errors;
using Quai.Volumes;

namespace Quai.Engine.Containers.Requests.Mounts;

/// <summary>Reads mounts in the long form: <c>--mount</c>.</summary>
/// <param name="paths">Rules for paths.</param>
/// <param name="imageId">The id of an image that the policy allows.</param>
internal sealed class LongMounts(MountPaths paths, Func<string, string> imageId)
{
    /// <summary>Reads one.</summary>
    /// <exception cref="QuaiException">What is wrong, in Docker's words.</exception>
    public ReadMount Read(MountRequest request)
    {
        QuaiException Fail(string why, Exception? inner = null) => QuaiException.Invalid($"invalid mount config for type \"{request.Type}\": {why}", inner);
        if (request.Target.Length == 0)
        {
            throw Fail("field Target must not be empty");
        }

        if (request.Type is not ("bind" or "volume" or "tmpfs" or "image"))
        {
            throw Fail("mount type unknown");
        }

        string destination;
        try
        {
            destination = MountPaths.CheckDestination(request.Target);
        }
        catch (QuaiException e)
        {
            throw Fail(e.Message, e);
        }

        if (request.Type == "image")
        {
            return new(ReadImageMount(request, destination, Fail));
        }

        if (request.ImageOptions is not null)
        {
            throw Fail("field ImageOptions must not be specified");
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
            "bind" => new(ReadBindMount(request, destination, Fail)),
            "volume" => ReadVolumeMount(request, destination, Fail),
            _ => new(ReadTmpfsMount(request, destination, Fail)),
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
        if (propagation.Length > 0 && !MountPaths.IsPropagation(propagation))
        {
            throw fail($"invalid propagation mode: {propagation}", null);
        }

        BindOptions options = request.BindOptions ?? new();
        if (!request.ReadOnly && (options.ReadOnlyNonRecursive || options.ReadOnlyForceRecursive))
        {
            throw fail($"mount options conflict: !ReadOnly && BindOptions.{(options.ReadOnlyNonRecursive ? "ReadOnlyNonRecursive" : "ReadOnlyForceRecursive")}", null);
        }

        if (options is { ReadOnlyNonRecursive: true, ReadOnlyForceRecursive: true })
        {
            throw fail("mount options conflict: ReadOnlyNonRecursive && BindOptions.ReadOnlyForceRecursive", null);
        }

        if (options.IdMap is { Length: > 0 } map)
        {
            try
            {
                OwnerMap.Parse(map);
            }
            catch (QuaiException e)
            {
                throw fail(e.Message, e);
            }
        }

        string source = MountPaths.Clean(request.Source);
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
            Propagation = propagation.Length > 0 ? propagation : paths.DefaultPropagation(source),
            NonRecursive = options.NonRecursive,

            // Read-only is recursive in any case, and a kernel that cannot do that fails the start: forcing it changes nothing.
            ReadOnlyNonRecursive = options.ReadOnlyNonRecursive,
            CreateSource = create,
            OwnerMap = string.IsNullOrEmpty(options.IdMap) ? null : options.IdMap,
        };
    }

    private ContainerMount ReadImageMount(MountRequest request, string destination, Func<string, Exception?, QuaiException> fail)
    {
        string? stranger = request.BindOptions is not null ? "BindOptions" : request.VolumeOptions is not null ? "VolumeOptions" : request.TmpfsOptions is not null ? "TmpfsOptions" : null;
        if (stranger is not null)
        {
            throw QuaiException.Invalid($"{stranger} must not be specified on mount type \"image\"");
        }

        if (string.IsNullOrEmpty(request.Source))
        {
            throw fail("field Source must not be empty", null);
        }

        string? subpath = string.IsNullOrEmpty(request.ImageOptions?.Subpath) ? null : request.ImageOptions.Subpath;
        if (subpath is not null && MountPaths.LeadsOut(subpath))
        {
            throw fail("subpath must be a relative path within the volume", null);
        }

        return new ContainerMount
        {
            Type = "image",
            Name = request.Source,
            ImageId = imageId(request.Source),
            Subpath = subpath,
            Destination = destination,
            ReadWrite = false,
            Propagation = "rprivate",
        };
    }

    private static ReadMount ReadVolumeMount(MountRequest request, string destination, Func<string, Exception?, QuaiException> fail)
    {
        string? name = string.IsNullOrEmpty(request.Source) ? null : request.Source;
        if (name is not null)
        {
            VolumeStore.ValidateName(name);
        }

        string? subpath = string.IsNullOrEmpty(request.VolumeOptions?.Subpath) ? null : request.VolumeOptions.Subpath;
        if (name is null && request.ReadOnly)
        {
            throw fail("must not set ReadOnly mode when using anonymous volumes", null);
        }

        if (subpath is not null && (name is null || MountPaths.LeadsOut(subpath)))
        {
            throw fail(name is null ? "must not set Subpath when using anonymous volumes" : "subpath must be a relative path within the volume", null);
        }

        var volume = new ContainerMount
        {
            Type = "volume",
            Destination = destination,
            Mode = "z",
            ReadWrite = !request.ReadOnly,
            NoCopy = request.VolumeOptions?.NoCopy ?? false,
            Subpath = subpath,
        };
        return new(volume, new VolumeRequest(name, request.VolumeOptions?.DriverConfig?.Name, request.VolumeOptions?.DriverConfig?.Options, request.VolumeOptions?.Labels));
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

            foreach (List<string> option in tmpfs.Options ?? [])
            {
                if (option is not ([_] or [_, _]))
                {
                    throw fail("invalid option array length", null);
                }

                options.Add(option[0] is "exec" or "noexec" ? option[0] : throw fail($"invalid option: {option[0]}", null));
            }
        }

        return new ContainerMount { Type = "tmpfs", Destination = destination, ReadWrite = !request.ReadOnly, TmpfsOptions = string.Join(',', options) };
    }
}

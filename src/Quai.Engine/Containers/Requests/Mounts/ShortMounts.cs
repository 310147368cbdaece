using Quai.Engine.Containers.Spec;
using Quai.Errors;
using Quai.Volumes;

namespace Quai.Engine.Containers.Requests.Mounts;

/// <summary>Reads mounts in the short form: <c>-v</c>.</summary>
internal sealed class ShortMounts(MountPaths paths)
{
    /// <summary>Reads one.</summary>
    /// <param name="spec">As written: <c>/source:/destination:ro</c>, <c>name:/destination</c>, <c>/destination</c>.</param>
    /// <param name="driver">The driver for volumes created for it.</param>
    /// <exception cref="QuaiException">What is wrong, in Docker's words.</exception>
    public ReadMount Read(string spec, string driver)
    {
        string[] parts = spec.Split(':');
        if (parts.Length > 3 || parts.Any(p => p.Length == 0))
        {
            throw Invalid(spec);
        }

        (string source, string destination, string mode) = parts.Length switch
        {
            1 => ("", parts[0], ""),
            2 when BindMode.TryParse(parts[1]) is not null => throw Invalid(spec),
            2 => (parts[0], parts[1], ""),
            _ => (parts[0], parts[1], parts[2]),
        };
        bool bind = source.StartsWith('/');
        BindMode flags = BindMode.TryParse(mode) ?? throw QuaiException.Invalid($"invalid mode: {mode}");
        if (destination.Length == 0)
        {
            throw Invalid(spec);
        }

        try
        {
            destination = MountPaths.CheckDestination(destination);
        }
        catch (QuaiException e)
        {
            throw QuaiException.Invalid($"invalid volume specification: '{spec}': invalid mount config for type \"{(bind ? "bind" : "volume")}\": {e.Message}", e);
        }

        if (bind ? flags.NoCopy : flags.Propagation is not null)
        {
            throw QuaiException.Invalid(
                $"invalid volume specification: '{spec}': invalid mount config for type \"{(bind ? "bind" : "volume")}\": field {(bind ? "VolumeOptions" : "BindOptions")} must not be specified");
        }

        if (bind)
        {
            string path = MountPaths.Clean(source);
            return new(new ContainerMount
            {
                Type = "bind",
                Source = path,
                Destination = destination,
                Mode = mode,
                ReadWrite = !flags.ReadOnly,
                Propagation = flags.Propagation ?? paths.DefaultPropagation(path),
                CreateSource = true,
            });
        }

        if (source.Length > 0)
        {
            VolumeStore.ValidateName(source);
        }

        var volume = new ContainerMount
        {
            Type = "volume",
            Destination = destination,
            Mode = mode.Length == 0 && source.Length > 0 ? "z" : mode,
            ReadWrite = !flags.ReadOnly,
            NoCopy = flags.NoCopy,
        };
        return new(volume, new VolumeRequest(source.Length == 0 ? null : source, driver));
    }

    private static QuaiException Invalid(string spec) => QuaiException.Invalid($"invalid volume specification: '{spec}'");
}

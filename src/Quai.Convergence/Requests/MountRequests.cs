using Quai.Api.Containers;
using Quai.Compose.Model.Mounts;
using Quai.Compose.Model.Services;
using Quai.Compose.Model;
using Quai.Convergence.Checking;

namespace Quai.Convergence.Requests;

/// <summary>The mounts of a container that is to be made: volumes, files of the host, secrets and configs.</summary>
internal static class MountRequests
{
    /// <summary>The mounts in the short form, where it says everything, and those in the long form.</summary>
    /// <exception cref="ConvergenceException">A secret or config is of a kind that there is not.</exception>
    public static (List<string> Binds, List<MountRequest> Mounts) Of(ComposeProject project, ContainerOrder order)
    {
        ComposeService service = order.Service;
        List<string> binds = [];
        List<MountRequest> mounts = [];
        OrderedDictionary<string, MountRequest> all = All(project, order);
        foreach (MountRequest mount in all.Values)
        {
            ServiceMount? given = service.Volumes.LastOrDefault(one => one.Target == mount.Target);

            // The short form makes missing folders of the host, and is what other programs show.
            if (mount.Type == "bind" && given is not null && (given.Type != mount.Type || !NeedsLongForm(given.Bind)))
            {
                binds.Add(Short(given.Type == mount.Type ? given.Source : mount.Source ?? "", given));
            }
            else if (mount.Type == "volume" && given is { Source.Length: > 0 } && project.Volumes.ContainsKey(given.Source) && !NeedsLongForm(given.Volume))
            {
                binds.Add(Short(mount.Source ?? "", given));
            }
            else
            {
                mounts.Add(mount);
            }
        }

        return (binds, mounts);
    }

    private static OrderedDictionary<string, MountRequest> All(ComposeProject project, ContainerOrder order)
    {
        OrderedDictionary<string, MountRequest> all = [];
        List<ServiceMount> volumes = [.. order.Service.Volumes];
        if (order is { Replaced: { } replaced, InheritsVolumes: true })
        {
            foreach (MountPoint point in replaced.Summary.Mounts.Where(point => point.Type != "tmpfs"))
            {
                if (order.Image?.Volumes.Contains(point.Destination) == true || volumes.RemoveAll(mount => mount.Target == point.Destination && mount.Source.Length == 0) > 0)
                {
                    all[point.Destination] = new() { Type = point.Type, Source = point.Type == "volume" ? point.Name : point.Source, Target = point.Destination, ReadOnly = !point.RW };
                    volumes.RemoveAll(mount => mount.Target == point.Destination && mount.Source.Length == 0);
                }
            }
        }

        foreach (ServiceMount mount in volumes)
        {
            all[mount.Target] = Mount(project, mount);
        }

        foreach (ServiceFile secret in order.Service.Secrets)
        {
            ComposeFileObject defined = Checked(project.Secrets.GetValueOrDefault(secret.Source), "secret");
            if (defined.Environment.Length == 0)
            {
                all.TryAdd(FileTarget(secret, "/run/secrets/"), File(defined, FileTarget(secret, "/run/secrets/"), new()));
            }
        }

        foreach (ServiceFile config in order.Service.Configs)
        {
            ComposeFileObject defined = Checked(project.Configs.GetValueOrDefault(config.Source), "config");
            if (defined.Environment.Length == 0 && defined.Content.Length == 0)
            {
                all.TryAdd(FileTarget(config, "/"), File(defined, FileTarget(config, "/"), null));
            }
        }

        return all;
    }

    /// <summary>Where a secret or config is in the container.</summary>
    internal static string FileTarget(ServiceFile file, string folder) =>
        file.Target.Length == 0 ? folder + file.Source : file.Target.StartsWith('/') ? file.Target : folder + file.Target;

    private static ComposeFileObject Checked(ComposeFileObject? defined, string kind) =>
        EngineChecks.Refusal(defined, kind) is { } wrong ? throw new ConvergenceException(wrong) : defined!;

    private static MountRequest File(ComposeFileObject defined, string target, BindOptions? options) =>
        new() { Type = "bind", Source = Path.GetFullPath(defined.File), Target = target, ReadOnly = true, BindOptions = options };

    private static MountRequest Mount(ComposeProject project, ServiceMount mount) => new()
    {
        Type = mount.Type,
        Source = mount.Type == "volume" && project.Volumes.TryGetValue(mount.Source, out ComposeVolume? volume) ? volume.Name : mount.Source.Length > 0 ? mount.Source : null,
        Target = mount.Target,
        ReadOnly = mount.ReadOnly,
        Consistency = mount.Consistency.Length > 0 ? mount.Consistency : null,
        BindOptions = mount is { Type: "bind", Bind: { } bind } ? Options(bind) : null,
        VolumeOptions = mount is { Type: "volume", Volume: { } options }
            ? new() { NoCopy = options.NoCopy, Subpath = options.Subpath.Length > 0 ? options.Subpath : null, Labels = options.Labels.Count > 0 ? new(options.Labels) : null } : null,
        TmpfsOptions = mount is { Type: "tmpfs", Tmpfs: { } tmpfs } ? new() { SizeBytes = tmpfs.Size, Mode = (uint)tmpfs.Mode } : null,
        ImageOptions = mount is { Type: "image", Image: { } image } ? new() { Subpath = image.Subpath.Length > 0 ? image.Subpath : null } : null,
    };

    private static BindOptions Options(MountBind bind) => new()
    {
        Propagation = bind.Propagation.Length > 0 ? bind.Propagation : null,
        CreateMountpoint = bind.CreateHostPath,
        NonRecursive = bind.Recursive == "disabled",
        ReadOnlyNonRecursive = bind.Recursive == "writable",
        ReadOnlyForceRecursive = bind.Recursive == "readonly",
    };

    private static bool NeedsLongForm(MountBind? bind) => bind is not null && (!bind.CreateHostPath || bind.Propagation.Length > 0 || bind.Recursive.Length > 0);

    private static bool NeedsLongForm(MountVolume? volume) => volume is not null && (volume.Labels.Count > 0 || volume.Subpath.Length > 0 || volume.NoCopy);

    private static string Short(string source, ServiceMount mount)
    {
        List<string> options = [mount.ReadOnly ? "ro" : "rw"];
        if (mount.Bind is { } bind)
        {
            options.AddRange(((string[])[bind.SELinux, bind.Propagation]).Where(option => option.Length > 0));
        }

        if (mount.Volume is { NoCopy: true })
        {
            options.Add("nocopy");
        }

        return $"{source}:{mount.Target}:{string.Join(',', options)}";
    }
}

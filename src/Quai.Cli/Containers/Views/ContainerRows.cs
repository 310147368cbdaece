using Quai.Api.Containers;
using Quai.Cli.Formatting;
using Quai.Cli.Images;
using Quai.Templates;

namespace Quai.Cli.Containers.Views;

/// <summary>The columns of a list of containers.</summary>
internal static class ContainerRows
{
    public const string IdFormat = "{{.ID}}";
    public const string TableFormat = "table {{.ID}}\t{{.Image}}\t{{.Command}}\t{{.RunningFor}}\t{{.Status}}\t{{.Ports}}\t{{.Names}}";

    /// <summary>The titles.</summary>
    public static IReadOnlyDictionary<string, string> Headers { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["ID"] = "CONTAINER ID", ["Names"] = "NAMES", ["Image"] = "IMAGE", ["Command"] = "COMMAND", ["CreatedAt"] = "CREATED AT",
        ["RunningFor"] = "CREATED", ["Ports"] = "PORTS", ["State"] = "STATE", ["Status"] = "STATUS", ["Size"] = "SIZE", ["Labels"] = "LABELS",
        ["Mounts"] = "MOUNTS", ["LocalVolumes"] = "LOCAL VOLUMES", ["Networks"] = "NETWORKS", ["Platform"] = "PLATFORM",
    };

    /// <summary>One container's line.</summary>
    /// <param name="container">The daemon's list entry.</param>
    /// <param name="cut">Whether to truncate long values.</param>
    /// <param name="virtualSize">Whether to show the image's size with the container's own.</param>
    public static Row Make(ContainerSummary container, bool cut, bool virtualSize = true) => new Row("*formatter.ContainerContext")
        .With("ID", () => cut ? Units.ShortId(container.Id) : container.Id)
        .With("Names", () => Names(container, cut))
        .With("Image", () => Image(container, cut))
        .With("Command", () => GoText.Quote(cut ? Units.Ellipsis(container.Command, 20) : container.Command))
        .With("CreatedAt", () => Units.Moment(DateTimeOffset.FromUnixTimeSeconds(container.Created)))
        .With("RunningFor", () => Units.Ago(DateTimeOffset.FromUnixTimeSeconds(container.Created)))
        .With("Ports", () => PortList.Show(container.Ports))
        .With("State", () => container.State)
        .With("Status", () => container.Status)
        .With("Size", () => Size(container, virtualSize))
        .With("Labels", () => Pairs.Show(container.Labels))
        .With("Mounts", () => string.Join(',', container.Mounts.Select(m => Mount(m, cut))))
        .With("LocalVolumes", () => container.Mounts.Count(m => m.Driver == "local").ToString())
        .With("Networks", () => string.Join(',', container.NetworkSettings.Networks.Keys))
        .With("Platform", () => JsonValues.From((container.ImageManifestDescriptor ?? default).Member("platform")))
        .WithMethod("Label", a => Pairs.Find(container.Labels, a));

    private static string Names(ContainerSummary container, bool cut)
    {
        IEnumerable<string> names = container.Names.Select(n => n.TrimStart('/'));
        return string.Join(',', cut ? names.Where(n => !n.Contains('/', StringComparison.Ordinal)) : names);
    }

    private static string Image(ContainerSummary container, bool cut)
    {
        string image = container.Image;
        if (image.Length == 0)
        {
            return "<no image>";
        }

        if (!cut)
        {
            return image;
        }

        string id = container.ImageID;
        if (Units.ShortId(id) == Units.ShortId(image))
        {
            return Units.ShortId(image);
        }

        (string repository, string tag, string digest) = ImageReference.Split(image);
        return digest.Length == 0 ? image : tag.Length > 0 ? $"{repository}:{tag}" : repository;
    }

    private static string Size(ContainerSummary container, bool virtualSize)
    {
        string own = Units.Size(container.SizeRw ?? 0);
        long root = container.SizeRootFs ?? 0;
        return virtualSize && root > 0 ? $"{own} (virtual {Units.Size(root)})" : own;
    }

    private static string Mount(MountPoint mount, bool cut)
    {
        string name = mount.Name is { Length: > 0 } given ? given : mount.Source;
        return cut ? Units.Ellipsis(name, 15) : name;
    }
}

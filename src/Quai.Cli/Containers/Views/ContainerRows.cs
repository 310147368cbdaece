using System.Text.Json;
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
    /// <param name="container">What the daemon lists.</param>
    /// <param name="cut">Shorten what is long.</param>
    /// <param name="virtualSize">Show the image's size beside the container's own.</param>
    public static Row Make(JsonElement container, bool cut, bool virtualSize = true) => new Row("*formatter.ContainerContext")
        .With("ID", () => cut ? Units.ShortId(container.Text("Id")) : container.Text("Id"))
        .With("Names", () => Names(container, cut))
        .With("Image", () => Image(container, cut))
        .With("Command", () => GoText.Quote(cut ? Units.Ellipsis(container.Text("Command"), 20) : container.Text("Command")))
        .With("CreatedAt", () => Units.Moment(DateTimeOffset.FromUnixTimeSeconds(container.Number("Created"))))
        .With("RunningFor", () => Units.Ago(DateTimeOffset.FromUnixTimeSeconds(container.Number("Created"))))
        .With("Ports", () => PortList.Show(container.Items("Ports")))
        .With("State", () => container.Text("State"))
        .With("Status", () => container.Text("Status"))
        .With("Size", () => Size(container, virtualSize))
        .With("Labels", () => Labels(container))
        .With("Mounts", () => string.Join(',', container.Items("Mounts").Select(m => Mount(m, cut))))
        .With("LocalVolumes", () => container.Items("Mounts").Count(m => m.Text("Driver") == "local").ToString())
        .With("Networks", () => string.Join(',', container.Member("NetworkSettings").Members("Networks").Select(n => n.Name)))
        .With("Platform", () => JsonValues.From(container.Member("ImageManifestDescriptor").Member("platform")))
        .WithMethod("Label", a => container.Member("Labels").Text(a[0] as string ?? ""));

    /// <summary>Labels as <c>a=b,c=d</c>.</summary>
    public static string Labels(JsonElement item) => string.Join(',', item.Members("Labels").Select(l => $"{l.Name}={l.Value.GetString()}").Order(StringComparer.Ordinal));

    private static string Names(JsonElement container, bool cut)
    {
        IEnumerable<string> names = container.Texts("Names").Select(n => n.TrimStart('/'));
        return string.Join(',', cut ? names.Where(n => !n.Contains('/', StringComparison.Ordinal)) : names);
    }

    private static string Image(JsonElement container, bool cut)
    {
        string image = container.Text("Image");
        if (image.Length == 0)
        {
            return "<no image>";
        }

        if (!cut)
        {
            return image;
        }

        string id = container.Text("ImageID");
        if (Units.ShortId(id) == Units.ShortId(image))
        {
            return Units.ShortId(image);
        }

        (string repository, string tag, string digest) = ImageReference.Split(image);
        return digest.Length == 0 ? image : tag.Length > 0 ? $"{repository}:{tag}" : repository;
    }

    private static string Size(JsonElement container, bool virtualSize)
    {
        string own = Units.Size(container.Number("SizeRw"));
        long root = container.Number("SizeRootFs");
        return virtualSize && root > 0 ? $"{own} (virtual {Units.Size(root)})" : own;
    }

    private static string Mount(JsonElement mount, bool cut)
    {
        string name = mount.Text("Name").Length == 0 ? mount.Text("Source") : mount.Text("Name");
        return cut ? Units.Ellipsis(name, 15) : name;
    }
}

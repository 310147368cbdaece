using Quai.Compose.Model;
using Quai.Compose.Yaml;

namespace Quai.Compose.Printing;

/// <summary>Names images in projects by their digests, so that the same ones are used wherever the project is.</summary>
public static class ImagePins
{
    /// <summary>The images that services name, each with one of its services.</summary>
    public static IReadOnlyDictionary<string, string> Images(ComposeProject project) =>
        Distinct(project.Services.Values.Where(service => service.Image.Length > 0).Select(service => (service.Name, service.Image)));

    /// <summary>The images that services of a tree name, each with one of its services.</summary>
    public static IReadOnlyDictionary<string, string> Images(ComposeMapping tree) =>
        Distinct(Services(tree).Where(entry => entry.Service["image"] is ComposeScalar).Select(entry => (entry.Name, ((ComposeScalar)entry.Service["image"]!).Text)));

    /// <summary>The project with other names for its images.</summary>
    /// <param name="project">The project.</param>
    /// <param name="pins">The names, by those that the project has.</param>
    public static ComposeProject Pinned(ComposeProject project, IReadOnlyDictionary<string, string> pins) => project with
    {
        Services = project.Services.ToDictionary(entry => entry.Key, entry => entry.Value with { Image = pins.GetValueOrDefault(entry.Value.Image, entry.Value.Image) }),
    };

    /// <summary>The tree with other names for its images.</summary>
    /// <param name="tree">The tree.</param>
    /// <param name="pins">The names, by those that the tree has.</param>
    public static ComposeMapping Pinned(ComposeMapping tree, IReadOnlyDictionary<string, string> pins)
    {
        ComposeMapping copy = (ComposeMapping)tree.Copy();
        foreach ((_, ComposeMapping service) in Services(copy))
        {
            if (service["image"] is ComposeScalar image && pins.TryGetValue(image.Text, out string? pin))
            {
                service["image"] = ComposeScalar.Of(pin, image.Place);
            }
        }

        return copy;
    }

    /// <summary>What is left of a project for a file that is to be merged over its own: the services and their images.</summary>
    public static ComposeProject Lock(ComposeProject project) => new()
    {
        Name = "",
        WorkingDirectory = project.WorkingDirectory,
        Services = project.Services.ToDictionary(entry => entry.Key, entry => new ComposeService { Name = entry.Value.Name, Image = entry.Value.Image }),
    };

    /// <summary>What is left of a tree for a file that is to be merged over its own: the services and their images.</summary>
    public static ComposeMapping Lock(ComposeMapping tree) => new(("services", new ComposeMapping(
        Services(tree).Select(entry => (entry.Name, (ComposeNode)(entry.Service["image"] is { } image ? new ComposeMapping(("image", image)) : new ComposeMapping()))))));

    private static Dictionary<string, string> Distinct(IEnumerable<(string Service, string Image)> images)
    {
        Dictionary<string, string> all = [];
        foreach ((string service, string image) in images.OrderBy(one => one.Service, StringComparer.Ordinal))
        {
            all.TryAdd(image, service);
        }

        return all;
    }

    private static IEnumerable<(string Name, ComposeMapping Service)> Services(ComposeMapping tree) =>
        (tree["services"] as ComposeMapping)?.Entries.Where(entry => entry.Value is ComposeMapping).Select(entry => (entry.Key, (ComposeMapping)entry.Value)) ?? [];
}

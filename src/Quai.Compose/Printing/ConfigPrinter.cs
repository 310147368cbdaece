using Quai.Compose.Model;
using Quai.Compose.Yaml;

namespace Quai.Compose.Printing;

/// <summary>Prints projects as <c>docker compose config</c> does.</summary>
public static class ConfigPrinter
{
    /// <summary>The whole project. Dollar signs are doubled, so that what is printed can be read again.</summary>
    /// <exception cref="ComposeException">It has a number that JSON does not have.</exception>
    public static string Print(ComposeProject project, ConfigFormat format)
    {
        string text = format == ConfigFormat.Json ? JsonText.Indented(ProjectTree.ForJson(project)) : YamlWriter.Write(ProjectTree.ForYaml(project));
        return text.Replace("$", "$$", StringComparison.Ordinal);
    }

    /// <summary>The whole project as YAML, as other programs are given it: with the contents of secrets and configs, and dollar signs as they are.</summary>
    public static string PrintWithContents(ComposeProject project) => YamlWriter.Write(ProjectTree.WithContents(project));

    /// <summary>A tree in which variables have not been replaced.</summary>
    public static string Print(ComposeMapping tree, ConfigFormat format)
    {
        ComposeNode sorted = new StructWriter(format == ConfigFormat.Json).Sorted(tree);
        return format == ConfigFormat.Json ? JsonText.Indented(sorted) : YamlWriter.Write(sorted);
    }

    /// <summary>The names of the services, each after those it waits for.</summary>
    public static IReadOnlyList<string> Services(ComposeProject project)
    {
        List<string> names = [];
        foreach (string name in project.Services.Keys.Order(StringComparer.Ordinal))
        {
            Visit(project, name, names, []);
        }

        return names;
    }

    /// <summary>The names of the volumes in the project.</summary>
    public static IReadOnlyList<string> Volumes(ComposeProject project) => Ordered(project.Volumes.Keys);

    /// <summary>The names of the networks in the project.</summary>
    public static IReadOnlyList<string> Networks(ComposeProject project) => Ordered(project.Networks.Keys);

    /// <summary>The artifacts of the language models.</summary>
    public static IReadOnlyList<string> Models(ComposeProject project) => [.. project.Models.OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => entry.Value.Model)];

    /// <summary>The profiles of all services, enabled or not.</summary>
    public static IReadOnlyList<string> Profiles(ComposeProject project) => Ordered(project.AllServices.SelectMany(service => service.Profiles).Distinct());

    /// <summary>The images; of services that are built and name none, those that are made for them.</summary>
    public static IReadOnlyList<string> Images(ComposeProject project) => [.. project.Services.Values.OrderBy(service => service.Name, StringComparer.Ordinal)
        .Select(service => service.Image.Length > 0 ? service.Image : $"{project.Name}-{service.Name}")];

    /// <summary>The environment that variables were taken from, as <c>NAME=VALUE</c>.</summary>
    public static IReadOnlyList<string> Environment(ComposeProject project) => Ordered(project.Environment.Select(entry => $"{entry.Key}={entry.Value}"));

    /// <summary>The services' hashes, as <c>NAME HASH</c>.</summary>
    /// <param name="project">The project.</param>
    /// <param name="services">The services; none for all.</param>
    /// <exception cref="ComposeException">There is no such service.</exception>
    public static IReadOnlyList<string> Hashes(ComposeProject project, IReadOnlyList<string> services) =>
        [.. Ordered(services.Count > 0 ? services : project.Services.Keys).Select(name => project.Services.TryGetValue(name, out ComposeService? service)
            ? $"{name} {ConfigHash.Of(service)}"
            : throw new ComposeException(new ComposeFault($"no such service: {name}") { Value = name, Expected = "a service that there is" }))];

    private static void Visit(ComposeProject project, string name, List<string> names, HashSet<string> open)
    {
        if (names.Contains(name) || !project.Services.TryGetValue(name, out ComposeService? service) || !open.Add(name))
        {
            return;
        }

        foreach (string other in service.DependsOn.Keys.Order(StringComparer.Ordinal))
        {
            Visit(project, other, names, open);
        }

        names.Add(name);
    }

    private static List<string> Ordered(IEnumerable<string> all) => [.. all.Order(StringComparer.Ordinal)];
}

using Quai.Compose.Model;
using Quai.Compose.Yaml;

namespace Quai.Compose.Printing;

/// <summary>A project as the tree that is printed.</summary>
internal static class ProjectTree
{
    /// <summary>The tree for YAML.</summary>
    public static ComposeMapping ForYaml(ComposeProject project) => Write(project, json: false)
        .Extensions(project.Extensions)
        .Done();

    /// <summary>The tree for JSON, whose keys are in order. The reference implementation has no models in it.</summary>
    public static ComposeMapping ForJson(ComposeProject project)
    {
        ComposeMapping tree = Write(project, json: true).Done();
        StructWriter writer = new(json: true);
        return new(tree.Entries.Concat(project.Extensions.Select(entry => KeyValuePair.Create(entry.Key, writer.Sorted(entry.Value))))
            .OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => (entry.Key, entry.Value)));
    }

    /// <summary>The tree for YAML, with the contents of secrets and configs.</summary>
    public static ComposeMapping WithContents(ComposeProject project) => Write(project, json: false, hasContents: true)
        .Extensions(project.Extensions)
        .Done();

    private static StructWriter Write(ComposeProject project, bool json, bool hasContents = false)
    {
        StructWriter writer = json ? new StructWriter(json).TextAlways("name", project.Name) : new StructWriter(json).Text("name", project.Name);
        writer = project.Services.Count > 0 ? writer.Named("services", Nullable(project.Services), one => one.Write(json)) : writer.One("services", new());
        return writer
            .Named("networks", Nullable(project.Networks), one => one.Write(json))
            .Named("volumes", Nullable(project.Volumes), one => one.Write(json))
            .Named("secrets", Nullable(project.Secrets), one => (hasContents ? one : one with { Content = "" }).Write(json))
            .Named("configs", Nullable(project.Configs), one => (one.Environment.Length > 0 && !hasContents ? one with { Content = "" } : one).Write(json))
            .Named("models", json ? [] : Nullable(project.Models), one => one.Write(json));
    }

    private static Dictionary<string, T?> Nullable<T>(IReadOnlyDictionary<string, T> all)
        where T : class => all.ToDictionary(entry => entry.Key, entry => (T?)entry.Value);
}

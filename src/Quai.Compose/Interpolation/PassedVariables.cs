using Quai.Compose.Yaml;

namespace Quai.Compose.Interpolation;

/// <summary>The variables that a project takes as they are, by naming them without a value: of services, arguments of builds, secrets and configs.</summary>
public static class PassedVariables
{
    /// <summary>Their names, in a tree that has not been normalized.</summary>
    public static IReadOnlyCollection<string> Of(ComposeMapping tree)
    {
        SortedSet<string> names = new(StringComparer.Ordinal);
        foreach (ComposeMapping service in All(tree["services"]))
        {
            Add(service["environment"], names);
            Add((service["build"] as ComposeMapping)?["args"], names);
        }

        foreach (ComposeMapping source in All(tree["secrets"]).Concat(All(tree["configs"])))
        {
            if (source["environment"] is ComposeScalar { IsNull: false } name)
            {
                names.Add(name.Text);
            }
        }

        return names;
    }

    private static void Add(ComposeNode? variables, SortedSet<string> names) => names.UnionWith(variables switch
    {
        ComposeMapping mapping => mapping.Keys.Where(key => mapping[key]!.IsNull),
        ComposeSequence sequence => sequence.Items.OfType<ComposeScalar>().Select(item => item.Text).Where(text => !text.Contains('=', StringComparison.Ordinal)),
        _ => [],
    });

    private static IEnumerable<ComposeMapping> All(ComposeNode? node) => (node as ComposeMapping)?.Entries.Values.OfType<ComposeMapping>() ?? [];
}

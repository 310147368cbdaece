using Quai.Compose.Checking;
using Quai.Compose.Forms;
using Quai.Compose.Interpolation;
using Quai.Compose.Merging;
using Quai.Compose.Schema;
using Quai.Compose.Yaml;

namespace Quai.Compose.Loading;

/// <summary>Loads files into one tree: read, interpolated, extended, merged, checked and in long form.</summary>
/// <param name="context">What all parts share.</param>
/// <param name="directory">The folder that relative paths start from, absolute.</param>
/// <param name="prefix">That folder, as seen from the project's; empty if it is the project's.</param>
/// <param name="environment">The variables.</param>
internal sealed class ModelLoader(LoadContext context, string directory, string prefix, IReadOnlyDictionary<string, string> environment)
{
    private ComposeMapping _tree = new();

    /// <summary>Loads files, the later ones over the earlier ones.</summary>
    /// <exception cref="ComposeException">Something is wrong with them.</exception>
    public ComposeMapping Load(IReadOnlyList<string> files, IReadOnlyList<string> included)
    {
        foreach (string file in files)
        {
            List<YamlDocument> documents = [.. ReadFile(file).Where(document => document.Root is not null)];
            if (documents.Count == 0 && files.Count == 1)
            {
                throw new ComposeException(new ComposeFault("empty compose file") { Place = new(file, 1, 1), Expected = "a mapping" });
            }

            foreach (YamlDocument document in documents)
            {
                Add(file, document, [.. included, file]);
            }
        }

        Defaults.Apply(_tree);
        TreeChecks.Check(_tree, context.Faults);
        Prune(_tree);
        if (context.Request.ResolvesPaths || prefix.Length > 0)
        {
            // Paths of included files start from the project's folder even where they stay relative.
            new PathResolution(prefix.Length > 0 ? prefix : directory, environment.GetValueOrDefault("HOME")).Apply(_tree, context.Faults);
            Prune(_tree);
        }

        if (context.Request.Interpolates)
        {
            EnvironmentValues.Resolve(_tree, environment);
        }

        return _tree;
    }

    /// <summary>The services of another file that extends one of them, in long form and with their own <c>extends</c>.</summary>
    /// <exception cref="ComposeException">Something is wrong with it.</exception>
    public (ComposeMapping Tree, IReadOnlySet<string> Overridden) LoadBase(string file, string relativeFolder)
    {
        HashSet<string> overridden = [];
        FaultList faults = context.Faults;
        foreach (YamlDocument document in ReadFile(file).Where(document => document.Root is not null))
        {
            ComposeMapping content = Interpolated(AsMapping(document, file));
            overridden.UnionWith(document.Overridden);
            Overriding.Apply(_tree, document.Overridden, NodePath.Root);
            _tree = (ComposeMapping)new NodeMerge(faults).Merge(_tree, content, NodePath.Root);
            Prune(_tree);
            new CanonicalForm(faults, context.Warnings, !context.Request.Interpolates).Apply(_tree);
            Prune(_tree);
        }

        new PathResolution(relativeFolder, environment.GetValueOrDefault("HOME")).Apply(_tree, faults);
        Prune(_tree);
        return (_tree, overridden);
    }

    private void Add(string file, YamlDocument document, IReadOnlyList<string> included)
    {
        FaultList faults = context.Faults;
        ComposeMapping content = Interpolated(AsMapping(document, file));
        new Extending(context, file, directory, environment, document.Overridden).Apply(content);
        Overriding.Apply(_tree, document.Overridden, NodePath.Root);
        new Including(context, directory, environment, included).Apply(content);
        _tree = (ComposeMapping)new NodeMerge(faults).Merge(_tree, content, NodePath.Root);
        Prune(_tree);
        new Uniqueness(faults).Apply(_tree, NodePath.Root);
        Prune(_tree);
        new SchemaCheck(faults).Check(_tree);
        Prune(_tree);
        if (_tree.Has("version"))
        {
            context.Warn($"{file}: the attribute `version` is obsolete, it will be ignored, please remove it to avoid potential confusion");
            _tree.Remove("version");
        }

        new CanonicalForm(faults, context.Warnings, !context.Request.Interpolates).Apply(_tree);
        Prune(_tree);
        OmitEmptyServers();
        new Uniqueness(faults).Apply(_tree, NodePath.Root);
        Prune(_tree);
    }

    /// <summary>Takes out what has been found wrong.</summary>
    private void Prune(ComposeMapping tree) => Pruning.Apply(tree, context.Faults.TakePaths());

    private List<YamlDocument> ReadFile(string file) => YamlReader.Read(file, context.Files.Read(file)
        ?? throw new ComposeException(new ComposeFault($"open {file}: no such file or directory") { Value = file, Expected = "a file" }));

    private static ComposeMapping AsMapping(YamlDocument document, string file) => document.Root as ComposeMapping
        ?? throw new ComposeException(new ComposeFault("top-level object must be a mapping") { Place = document.Root?.Place ?? new(file, 1, 1), Expected = "a mapping" });

    private ComposeMapping Interpolated(ComposeMapping content)
    {
        if (!context.Request.Interpolates)
        {
            return content;
        }

        Substitution substitution = new(environment.GetValueOrDefault, name => context.Warn($"The \"{name}\" variable is not set. Defaulting to a blank string."));
        ComposeMapping interpolated = (ComposeMapping)new TreeInterpolation(substitution, context.Warnings, context.Faults).Apply(content, NodePath.Root);
        Prune(interpolated);
        return interpolated;
    }

    private void OmitEmptyServers()
    {
        foreach (ComposeMapping service in (_tree["services"] as ComposeMapping)?.Entries.Values.OfType<ComposeMapping>() ?? [])
        {
            (service["dns"] as ComposeSequence)?.List.RemoveAll(item => item is ComposeScalar { Text.Length: 0 });
        }
    }
}

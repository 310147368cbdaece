namespace Quai.Bake.Compose;

/// <summary>Loads what bake needs of compose files, and no more: services with what they build, and secrets.</summary>
/// <param name="environment">The variables that files see.</param>
internal sealed class YamlComposeLoader(IReadOnlyDictionary<string, string> environment) : IComposeLoader
{
    private const int DeepestExtension = 50;

    /// <inheritdoc/>
    public ComposeProject Load(IReadOnlyList<BakeFile> files)
    {
        ComposeMapping? all = null;
        foreach (BakeFile file in files)
        {
            ComposeMapping one = LoadFile(file);
            all = all is null ? one : (ComposeMapping)ComposeMerge.Merge(all, one, "");
        }

        ComposeMapping services = Mapping(all!["services"], "services");
        List<ComposeService> found = [];
        foreach (string name in services.Entries.OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => entry.Key))
        {
            ComposeMapping service = Extended(name, services, 0);
            found.Add(ReadService(name, service));
        }

        return new(found, ReadSecrets(all), environment);
    }

    private ComposeMapping LoadFile(BakeFile file)
    {
        ComposeNode? root = YamlTree.Read(file);
        if (root is null or ComposeScalar { IsNull: true })
        {
            throw new BakeException("empty compose file");
        }

        if (root is not ComposeMapping mapping)
        {
            throw new BakeException("top-level object must be a mapping");
        }

        ComposeMapping known = (ComposeMapping)new Interpolation(environment).Apply(mapping, "");
        ComposeSchema.Check(known);
        return known["services"] is null && known["secrets"] is null ? throw new BakeException("empty compose file") : known;
    }

    /// <summary>A service upon the one that it extends, of the same files.</summary>
    private static ComposeMapping Extended(string name, ComposeMapping services, int depth)
    {
        ComposeMapping own = Mapping(services[name], $"services.{name}");
        if (own["extends"] is not { } extends)
        {
            return own;
        }

        string? other = extends is ComposeScalar scalar ? scalar.Text : (extends as ComposeMapping)?["service"] is ComposeScalar named ? named.Text : null;
        if (extends is ComposeMapping { } from && from["file"] is not null)
        {
            throw new BakeException($"services.{name}.extends: services of other files are not supported");
        }

        if (other is null || depth > DeepestExtension || services[other] is null)
        {
            throw new BakeException(depth > DeepestExtension ? $"Circular reference with extends of service {name}" : $"cannot extend service \"{name}\": service \"{other}\" not found");
        }

        return (ComposeMapping)ComposeMerge.Merge(Extended(other, services, depth + 1), own, "");
    }

    private static ComposeService ReadService(string name, ComposeMapping service)
    {
        ComposeNode? build = service["build"];
        bool builds = build is not null and not ComposeScalar { IsNull: true };
        return new(name, Text(service["image"]), Pairs(service["environment"], "environment"), builds ? BuildReader.Read(name, Mapping(ComposeMerge.Canonical(build!, "build"), $"services.{name}.build")) : null);
    }

    private static Dictionary<string, ComposeSecret> ReadSecrets(ComposeMapping all)
    {
        Dictionary<string, ComposeSecret> secrets = [];
        foreach ((string name, ComposeNode node) in Mapping(all["secrets"], "secrets").Entries)
        {
            ComposeMapping secret = Mapping(node, $"secrets.{name}");
            bool isExternal = secret["external"] is ComposeScalar { AsBool: true } or ComposeMapping;
            secrets[name] = new(Text(secret["name"]), Text(secret["file"]), Text(secret["environment"]), isExternal);
        }

        return secrets;
    }

    /// <summary>A mapping; none for nothing.</summary>
    public static ComposeMapping Mapping(ComposeNode? node, string path) => node switch
    {
        null or ComposeScalar { IsNull: true } => new([]),
        ComposeMapping mapping => mapping,
        _ => throw new BakeException($"{path} must be a mapping"),
    };

    /// <summary>A single value's text; empty for nothing.</summary>
    public static string Text(ComposeNode? node) => node is ComposeScalar { IsNull: false } scalar ? scalar.Text : "";

    /// <summary>Pairs; null for names without a value.</summary>
    public static IReadOnlyDictionary<string, string?> Pairs(ComposeNode? node, string key) => node is null || ComposeMerge.Canonical(node, key) is not ComposeMapping mapping
        ? new Dictionary<string, string?>()
        : mapping.Entries.ToDictionary(entry => entry.Key, entry => entry.Value is ComposeScalar { IsNull: false } scalar ? PlainNumber.Canonical(scalar) : null);

    /// <summary>Single values' texts; one alone counts as a list of one.</summary>
    public static IReadOnlyList<string> Texts(ComposeNode? node) => node switch
    {
        ComposeSequence sequence => [.. sequence.Items.Select(Text)],
        ComposeScalar { IsNull: false } scalar => [scalar.Text],
        _ => [],
    };
}

using System.Globalization;

namespace Quai.Bake.Compose;

/// <summary>Reads how a service's image is built.</summary>
internal static class BuildReader
{
    /// <summary>Reads the mapping <c>build</c> of a service.</summary>
    /// <exception cref="BakeException">A value is of the wrong kind.</exception>
    public static ComposeBuild Read(string service, ComposeMapping build) => new()
    {
        Context = Text(build, "context"),
        Dockerfile = Text(build, "dockerfile"),
        DockerfileInline = Text(build, "dockerfile_inline"),
        Arguments = YamlComposeLoader.Pairs(build["args"], "args"),
        Labels = YamlComposeLoader.Pairs(build["labels"], "labels"),
        AdditionalContexts = Pairs(build["additional_contexts"], "additional_contexts"),
        ExtraHosts = Hosts(build["extra_hosts"]),
        CacheFrom = YamlComposeLoader.Texts(build["cache_from"]),
        CacheTo = YamlComposeLoader.Texts(build["cache_to"]),
        Platforms = YamlComposeLoader.Texts(build["platforms"]),
        Tags = YamlComposeLoader.Texts(build["tags"]),
        SshKeys = Ssh(build["ssh"]),
        Secrets = Secrets(build["secrets"]),
        Ulimits = Ulimits(build["ulimits"]),
        Target = Text(build, "target"),
        Network = Text(build, "network"),
        SharedMemorySize = Size(build["shm_size"], service),
        NoCache = Bool(build["no_cache"]),
        Pull = Bool(build["pull"]),
        Provenance = Text(build, "provenance"),
        Sbom = Text(build, "sbom"),
        Extension = build["x-bake"] is ComposeScalar { IsNull: true } ? null : build["x-bake"],
    };

    private static string Text(ComposeMapping build, string key) => YamlComposeLoader.Text(build[key]);

    private static bool Bool(ComposeNode? node) => node is ComposeScalar scalar && (scalar.AsBool ?? scalar.Text == "true");

    private static Dictionary<string, string> Pairs(ComposeNode? node, string key) =>
        YamlComposeLoader.Pairs(node, key).ToDictionary(entry => entry.Key, entry => entry.Value ?? "");

    private static Dictionary<string, string> Hosts(ComposeNode? node)
    {
        if (node is not ComposeMapping mapping)
        {
            return Pairs(node, "extra_hosts");
        }

        return mapping.Entries.ToDictionary(entry => entry.Key, entry => string.Join(',', YamlComposeLoader.Texts(entry.Value)));
    }

    private static List<(string Id, string Path)> Ssh(ComposeNode? node) => node switch
    {
        ComposeSequence sequence => [.. sequence.Items.Select(item => YamlComposeLoader.Text(item).Split('=', 2)).Select(parts => (parts[0], parts.Length > 1 ? parts[1] : ""))],
        ComposeMapping mapping => [.. mapping.Entries.Select(entry => (entry.Key, YamlComposeLoader.Text(entry.Value)))],
        ComposeScalar { IsNull: false } scalar => [(scalar.Text, "")],
        _ => [],
    };

    private static List<string> Secrets(ComposeNode? node) => node is ComposeSequence sequence
        ? [.. sequence.Items.Select(item => item is ComposeMapping mapping ? YamlComposeLoader.Text(mapping["source"]) : YamlComposeLoader.Text(item))]
        : [];

    private static List<string> Ulimits(ComposeNode? node)
    {
        List<string> limits = [];
        foreach ((string name, ComposeNode value) in YamlComposeLoader.Mapping(node, "ulimits").Entries.OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            (string soft, string hard) = value is ComposeMapping both
                ? (YamlComposeLoader.Text(both["soft"]), YamlComposeLoader.Text(both["hard"]))
                : (YamlComposeLoader.Text(value), YamlComposeLoader.Text(value));
            limits.Add($"{name}={soft}:{hard}");
        }

        return limits;
    }

    /// <summary>A size in bytes, with a unit or without.</summary>
    private static long Size(ComposeNode? node, string service)
    {
        string text = YamlComposeLoader.Text(node).Trim().ToLowerInvariant();
        if (text.Length == 0)
        {
            return 0;
        }

        int end = text.TakeWhile(c => char.IsAsciiDigit(c) || c == '.').Count();
        string number = text[..end], unit = text[end..].Trim();
        int power = unit.Length == 0 || unit == "b" ? 0 : "kmgtp".IndexOf(unit[0], StringComparison.Ordinal) + 1;
        bool isUnit = unit is "" or "b" || (power > 0 && unit[1..] is "" or "b" or "ib");
        return isUnit && double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value) && value * Math.Pow(1024, power) < long.MaxValue / 2
            ? (long)(value * Math.Pow(1024, power))
            : throw new BakeException($"services.{service}.build.shm_size: invalid size: '{YamlComposeLoader.Text(node)}'");
    }
}

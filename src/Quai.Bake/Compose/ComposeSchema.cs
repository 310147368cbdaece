namespace Quai.Bake.Compose;

/// <summary>What compose files may have, as far as bake reads it.</summary>
internal static class ComposeSchema
{
    private static readonly HashSet<string> s_build =
    [
        "context", "dockerfile", "dockerfile_inline", "entitlements", "args", "ssh", "labels", "cache_from", "cache_to", "no_cache", "no_cache_filter", "additional_contexts", "network",
        "provenance", "sbom", "pull", "target", "shm_size", "extra_hosts", "isolation", "privileged", "secrets", "tags", "ulimits", "platforms",
    ];

    /// <summary>Refuses what is of the wrong kind, or has no meaning.</summary>
    /// <exception cref="BakeException">Something is.</exception>
    public static void Check(ComposeMapping root)
    {
        if (root["services"] is not { } services || services is ComposeScalar { IsNull: true })
        {
            return;
        }

        if (services is not ComposeMapping all)
        {
            throw new BakeException("services must be a mapping");
        }

        foreach ((string name, ComposeNode service) in all.Entries)
        {
            if (service is ComposeScalar { IsNull: true })
            {
                continue;
            }

            if (service is not ComposeMapping mapping)
            {
                throw new BakeException($"services.{name} must be a mapping");
            }

            switch (mapping["build"])
            {
                case null or ComposeScalar:
                    break;
                case ComposeMapping build:
                    RefuseUnknown(build, s_build, $"services.{name}.build ");
                    break;
                default:
                    throw new BakeException($"services.{name}.build: invalid type []interface {{}} for build");
            }
        }
    }

    private static void RefuseUnknown(ComposeMapping mapping, HashSet<string> known, string path)
    {
        string[] unknown = [.. mapping.Entries.Select(entry => entry.Key).Where(key => !known.Contains(key) && !key.StartsWith("x-", StringComparison.Ordinal))];
        if (unknown.Length > 0)
        {
            throw new BakeException($"{path}additional properties {string.Join(", ", unknown.Select(key => $"'{key}'"))} not allowed");
        }
    }
}

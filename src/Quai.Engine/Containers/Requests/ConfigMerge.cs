using System.Text.Json;
using Quai.Api.Containers;
using Quai.Engine.Containers.Spec.Networking;
using Quai.Errors;
using Quai.Oci.Images;

namespace Quai.Engine.Containers.Requests;

/// <summary>Fills a container's config from its image's, by Docker's rules.</summary>
internal static class ConfigMerge
{
    private static readonly JsonElement s_empty = JsonDocument.Parse("{}").RootElement.Clone();

    /// <summary>Merges in place.</summary>
    /// <exception cref="QuaiException">Neither names a program.</exception>
    public static void Apply(ContainerConfig config, ExecutionConfig? image)
    {
        image ??= new ExecutionConfig();
        config.User = Or(config.User, image.User);
        config.WorkingDir = Or(config.WorkingDir, image.WorkingDir);
        config.StopSignal = string.IsNullOrEmpty(config.StopSignal) ? image.StopSignal : config.StopSignal;
        config.StopTimeout ??= image.StopTimeout;
        config.Shell ??= image.Shell;
        config.OnBuild = null;
        MergeKeys(config.ExposedPorts, image.ExposedPorts, merged => config.ExposedPorts = merged, static p => PortRange.Parse(p).ToString());
        MergeKeys(config.Volumes, image.Volumes, merged => config.Volumes = merged, static v => v);
        MergeEnvironment(config, image.Env);
        if (image.Labels is not null)
        {
            config.Labels ??= [];
            foreach ((string key, string value) in image.Labels)
            {
                config.Labels.TryAdd(key, value);
            }
        }

        config.Labels ??= [];
        if (config.Entrypoint is null or { Count: 0 })
        {
            config.Cmd = config.Cmd is null or { Count: 0 } ? image.Cmd : config.Cmd;
            config.Entrypoint ??= image.Entrypoint;
        }

        // docker run --entrypoint "" asks for none at all.
        if (config.Entrypoint is [""])
        {
            config.Entrypoint = null;
        }

        MergeHealth(config, image.Healthcheck);
        if (config.Entrypoint is null or { Count: 0 } && config.Cmd is null or { Count: 0 })
        {
            throw QuaiException.Invalid("no command specified");
        }
    }

    private static void MergeKeys(Dictionary<string, JsonElement>? own, Dictionary<string, JsonElement>? image, Action<Dictionary<string, JsonElement>?> set, Func<string, string> normalize)
    {
        if (own is null && image is null)
        {
            return;
        }

        var merged = new Dictionary<string, JsonElement>();
        foreach (string key in (own?.Keys ?? Enumerable.Empty<string>()).Concat(image?.Keys ?? Enumerable.Empty<string>()))
        {
            merged.TryAdd(normalize(key), s_empty);
        }

        set(merged.Count == 0 ? null : merged);
    }

    private static void MergeEnvironment(ContainerConfig config, List<string>? image)
    {
        if (image is null or { Count: 0 })
        {
            return;
        }

        if (config.Env is null or { Count: 0 })
        {
            config.Env = image;
            return;
        }

        var have = new HashSet<string>(config.Env.Select(Key));
        config.Env = [.. config.Env, .. image.Where(e => !have.Contains(Key(e)))];
        static string Key(string entry) => entry.IndexOf('=', StringComparison.Ordinal) is >= 0 and var at ? entry[..at] : entry;
    }

    private static void MergeHealth(ContainerConfig config, HealthcheckConfig? image)
    {
        if (image is null)
        {
            return;
        }

        HealthConfig health = config.Healthcheck ??= new HealthConfig();
        if (health.Test is null or { Count: 0 })
        {
            health.Test = image.Test;
        }

        health.Interval = health.Interval == 0 ? image.Interval ?? 0 : health.Interval;
        health.Timeout = health.Timeout == 0 ? image.Timeout ?? 0 : health.Timeout;
        health.StartPeriod = health.StartPeriod == 0 ? image.StartPeriod ?? 0 : health.StartPeriod;
        health.StartInterval = health.StartInterval == 0 ? image.StartInterval ?? 0 : health.StartInterval;
        health.Retries = health.Retries == 0 ? image.Retries ?? 0 : health.Retries;
    }

    private static string Or(string? own, string? image) => string.IsNullOrEmpty(own) ? image ?? "" : own;
}

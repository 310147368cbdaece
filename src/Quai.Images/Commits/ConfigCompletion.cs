using Quai.Oci.Images;

namespace Quai.Images.Commits;

/// <summary>Completes an image's configuration from that of the container it is made from, by Docker's rules.</summary>
internal static class ConfigCompletion
{
    public static void Complete(ExecutionConfig config, ExecutionConfig container)
    {
        config.User = string.IsNullOrEmpty(config.User) ? container.User : config.User;
        config.WorkingDir = string.IsNullOrEmpty(config.WorkingDir) ? container.WorkingDir : config.WorkingDir;
        config.StopSignal = string.IsNullOrEmpty(config.StopSignal) ? container.StopSignal : config.StopSignal;
        config.ExposedPorts = Join(config.ExposedPorts, container.ExposedPorts);
        config.Volumes = Join(config.Volumes, container.Volumes);
        config.Labels = Join(config.Labels, container.Labels);
        CompleteEnvironment(config, container);
        if (config.Entrypoint is not { Count: > 0 })
        {
            if (config.Cmd is not { Count: > 0 })
            {
                config.Cmd = container.Cmd;
                config.ArgsEscaped = container.ArgsEscaped;
            }

            config.Entrypoint ??= container.Entrypoint;
        }

        if (container.Healthcheck is { } health)
        {
            config.Healthcheck ??= new HealthcheckConfig();
            config.Healthcheck.Test = config.Healthcheck.Test is { Count: > 0 } ? config.Healthcheck.Test : health.Test;
            config.Healthcheck.Interval ??= health.Interval;
            config.Healthcheck.Timeout ??= health.Timeout;
            config.Healthcheck.StartPeriod ??= health.StartPeriod;
            config.Healthcheck.StartInterval ??= health.StartInterval;
            config.Healthcheck.Retries ??= health.Retries;
        }
    }

    private static void CompleteEnvironment(ExecutionConfig config, ExecutionConfig container)
    {
        if (config.Env is not { Count: > 0 })
        {
            config.Env = container.Env;
            return;
        }

        HashSet<string> known = [.. config.Env.Select(Name)];
        config.Env.AddRange((container.Env ?? []).Where(e => !known.Contains(Name(e))));

        static string Name(string entry) => entry.Split('=', 2)[0];
    }

    private static Dictionary<string, T>? Join<T>(Dictionary<string, T>? first, Dictionary<string, T>? second)
    {
        if (first is not { Count: > 0 })
        {
            return second;
        }

        foreach ((string key, T value) in second ?? [])
        {
            first.TryAdd(key, value);
        }

        return first;
    }
}

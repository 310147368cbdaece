using System.Globalization;
using Quai.Compose.Yaml;

namespace Quai.Compose.Interpolation;

/// <summary>The values that are numbers or truth values even where they are written as text, as variables always are.</summary>
internal static class ValueCast
{
    private static readonly (string[] Pattern, CastKind Cast)[] s_casts =
    [
        .. Of(CastKind.Integer,
            "services.*.cpu_count", "services.*.cpu_period", "services.*.cpu_quota", "services.*.cpu_rt_period", "services.*.cpu_rt_runtime",
            "services.*.cpu_shares", "services.*.deploy.replicas", "services.*.deploy.update_config.parallelism",
            "services.*.deploy.rollback_config.parallelism", "services.*.deploy.restart_policy.max_attempts",
            "services.*.deploy.placement.max_replicas_per_node", "services.*.healthcheck.retries", "services.*.oom_score_adj",
            "services.*.pids_limit", "services.*.ports.*.target", "services.*.scale", "services.*.ulimits.*", "services.*.ulimits.*.hard",
            "services.*.ulimits.*.soft",
            "services.*.deploy.resources.limits.pids"),
        .. Of(CastKind.Float,
            "services.*.cpu_percent", "services.*.cpus", "services.*.deploy.update_config.max_failure_ratio",
            "services.*.deploy.rollback_config.max_failure_ratio"),
        .. Of(CastKind.Boolean,
            "services.*.init", "services.*.healthcheck.disable", "services.*.oom_kill_disable", "services.*.privileged", "services.*.read_only",
            "services.*.stdin_open", "services.*.tty", "services.*.volumes.*.read_only", "services.*.volumes.*.volume.nocopy",
            "networks.*.external", "networks.*.internal", "networks.*.attachable", "networks.*.enable_ipv4", "networks.*.enable_ipv6",
            "volumes.*.external", "secrets.*.external", "configs.*.external"),
    ];

    /// <summary>What the value at a path is to become; null where it stays as it is.</summary>
    public static CastKind? Find(NodePath path)
    {
        foreach ((string[] pattern, CastKind cast) in s_casts)
        {
            if (path.Matches(pattern))
            {
                return cast;
            }
        }

        return null;
    }

    /// <summary>What a text becomes; null where it cannot.</summary>
    public static ComposeScalar? Apply(string text, CastKind cast, ComposePlace? place, out string? warning)
    {
        warning = null;
        switch (cast)
        {
            case CastKind.Integer:
                return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long whole) ? ComposeScalar.Of(whole, place) : null;
            case CastKind.Float:
                return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double real) ? ComposeScalar.Of(real, place) : null;
            default:
                bool? value = text.ToLowerInvariant() switch
                {
                    "true" or "y" or "yes" or "on" => true,
                    "false" or "n" or "no" or "off" => false,
                    _ => null,
                };
                if (value is { } known && text.ToLowerInvariant() is not ("true" or "false"))
                {
                    warning = $"\"{text.ToLowerInvariant()}\" for boolean is not supported by YAML 1.2, please use `{(known ? "true" : "false")}`";
                }

                return value is { } boolean ? ComposeScalar.Of(boolean, place) : null;
        }
    }

    private static IEnumerable<(string[] Pattern, CastKind Cast)> Of(CastKind cast, params string[] patterns) => patterns.Select(pattern => (pattern.Split('.'), cast));
}

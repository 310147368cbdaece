using System.Globalization;
using Quai.Compose.Model;

namespace Quai.Compose.Checking;

/// <summary>What <c>restart</c> and <c>deploy.restart_policy.condition</c> may be.</summary>
internal static class RestartRules
{
    /// <summary>In words.</summary>
    public const string Expected = "no, always, unless-stopped, on-failure[:N] or unhealthy[:N], N being a whole number from 0";

    private static readonly string[] s_plain = ["", "no", "always", "unless-stopped"], s_counting = ["on-failure", "unhealthy"];
    private static readonly string[] s_conditions = ["", "none", "any", "always", "unless-stopped", "on-failure"];

    /// <summary>Checks a service.</summary>
    /// <param name="service">The service.</param>
    /// <param name="add">Gets what is wrong, its key in the service, and the value.</param>
    public static void Check(ComposeService service, Action<string, string, string> add)
    {
        string[] parts = service.Restart.Split(':', 2);
        bool isKnown = parts.Length == 1 ? s_plain.Contains(parts[0]) || s_counting.Contains(parts[0])
            : s_counting.Contains(parts[0]) && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out _);
        if (!isKnown)
        {
            add($"services.{service.Name}.restart: invalid restart policy \"{service.Restart}\"", "restart", service.Restart);
        }

        if (service.Deploy?.RestartPolicy?.Condition is { } condition && !s_conditions.Contains(condition))
        {
            add($"services.{service.Name}.deploy.restart_policy.condition: \"{condition}\" is none of none, any, always, unless-stopped and on-failure", "deploy.restart_policy.condition", condition);
        }
    }
}

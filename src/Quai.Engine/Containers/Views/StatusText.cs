using Quai.Engine.Containers.State;

namespace Quai.Engine.Containers.Views;

/// <summary>The STATUS column of <c>ps</c>.</summary>
internal static class StatusText
{
    /// <summary><c>Up 3 seconds (healthy)</c>, <c>Exited (0) 2 minutes ago</c>, <c>Created</c> …</summary>
    public static string Of(RunState state, string? health, DateTimeOffset now)
    {
        switch (state.Status)
        {
            case ContainerStatus.Running or ContainerStatus.Paused:
                string up = $"Up {Ago(now - (state.StartedAt ?? now))}";
                return state.Status == ContainerStatus.Paused ? up + " (Paused)"
                    : health switch { null or "" or "none" => up, "starting" => up + " (health: starting)", _ => $"{up} ({health})" };
            case ContainerStatus.Restarting:
                return $"Restarting ({state.ExitCode}) {Ago(now - (state.FinishedAt ?? now))} ago";
            case ContainerStatus.Removing:
                return "Removal In Progress";
            default:
                return state.StartedAt is null || state.FinishedAt is null ? "Created" : $"Exited ({state.ExitCode}) {Ago(now - state.FinishedAt.Value)} ago";
        }
    }

    /// <summary>A duration as Docker displays it.</summary>
    public static string Ago(TimeSpan span)
    {
        long seconds = (long)span.TotalSeconds;
        if (seconds < 60)
        {
            return seconds < 1 ? "Less than a second" : seconds == 1 ? "1 second" : $"{seconds} seconds";
        }

        long minutes = (long)span.TotalMinutes;
        if (minutes < 60)
        {
            return minutes == 1 ? "About a minute" : $"{minutes} minutes";
        }

        long hours = (long)(span.TotalHours + 0.5);
        return hours switch
        {
            1 => "About an hour",
            < 48 => $"{hours} hours",
            < 24 * 7 * 2 => $"{hours / 24} days",
            < 24 * 30 * 2 => $"{hours / 24 / 7} weeks",
            < 24 * 365 * 2 => $"{hours / 24 / 30} months",
            _ => $"{(long)(span.TotalHours / 24 / 365)} years",
        };
    }

    /// <summary>Docker's name for a state. A start takes milliseconds; Docker has no name for it.</summary>
    public static string Name(RunState state) => state.Status switch
    {
        ContainerStatus.Created => "created",
        ContainerStatus.Starting => state.StartedAt is null ? "created" : "exited",
        ContainerStatus.Running => "running",
        ContainerStatus.Paused => "paused",
        ContainerStatus.Restarting => "restarting",
        ContainerStatus.Exited => "exited",
        _ => "removing",
    };
}

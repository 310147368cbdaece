namespace Quai.Engine.Containers.Spec;

/// <summary>Whether a container is restarted when it ends.</summary>
/// <param name="Policy">When.</param>
/// <param name="MaximumRetries">How many consecutive times after a failure; 0 for no limit.</param>
public sealed record RestartSpec(RestartWhen Policy, int MaximumRetries)
{
    /// <summary>Never restarted.</summary>
    public static RestartSpec Never { get; } = new(RestartWhen.Never, 0);

    /// <summary>Whether it may be restarted.</summary>
    public bool IsOn => Policy != RestartWhen.Never;

    /// <summary>Whether the policy allows one more start after a failure.</summary>
    /// <param name="restarts">The number of consecutive restarts so far.</param>
    public bool AllowsRetry(int restarts) => MaximumRetries == 0 || restarts < MaximumRetries;
}

namespace Quai.Engine.Containers.Spec;

/// <summary>Whether a container is started again when it ends.</summary>
/// <param name="Policy">When.</param>
/// <param name="MaximumRetries">How often in a row after a failure; 0 for without end.</param>
public sealed record RestartSpec(RestartWhen Policy, int MaximumRetries)
{
    /// <summary>It is not.</summary>
    public static RestartSpec Never { get; } = new(RestartWhen.Never, 0);

    /// <summary>Whether it may be.</summary>
    public bool IsOn => Policy != RestartWhen.Never;

    /// <summary>Whether the policy allows one more start after a failure.</summary>
    /// <param name="restarts">The starts it has been given in a row.</param>
    public bool AllowsRetry(int restarts) => MaximumRetries == 0 || restarts < MaximumRetries;
}

namespace Quai.Build.Execution;

/// <summary>Runs the programs of steps, confined as containers are. Whoever composes the builder has it; builds know nothing of containers.</summary>
public interface IStepRunner
{
    /// <summary>Runs a program to its end. No process of it is left when this returns, however it does.</summary>
    /// <param name="launch">What to run.</param>
    /// <param name="cancellation">Kills it.</param>
    /// <returns>The exit code, or 128 + signal.</returns>
    /// <exception cref="Errors.QuaiException">It could not be started.</exception>
    Task<int> RunAsync(StepLaunch launch, CancellationToken cancellation);
}

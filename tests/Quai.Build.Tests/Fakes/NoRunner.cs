using Quai.Build.Execution;

namespace Quai.Build.Tests.Fakes;

/// <summary>Runs nothing: these tests' builds have no programs.</summary>
internal sealed class NoRunner : IStepRunner
{
    public Task<int> RunAsync(StepLaunch launch, CancellationToken cancellation) => throw new InvalidOperationException("nothing is to run");
}

using Quai.Build.Jobs;
using Quai.BuildProtocol.Llb;

namespace Quai.BuildKit.Builds;

/// <summary>A build that a client has asked for.</summary>
/// <param name="job">The job.</param>
/// <param name="inputs">The graphs by name that came with the request.</param>
internal sealed class ClientBuild(IBuildJob job, IReadOnlyDictionary<string, Definition> inputs) : GatewayBuild(job, inputs)
{
    private readonly TaskCompletionSource _watched = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The job.</summary>
    public IBuildJob Job => job;

    /// <summary>Ends when somebody watches the build's progress.</summary>
    public Task Watched => _watched.Task;

    /// <summary>Says that somebody watches.</summary>
    public void Watch() => _watched.TrySetResult();
}

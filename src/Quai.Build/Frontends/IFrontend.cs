using Quai.Build.Jobs;

namespace Quai.Build.Frontends;

/// <summary>Turns what a user wrote into a graph, and has it solved: a compiler, such as that of Dockerfiles.</summary>
public interface IFrontend
{
    /// <summary>The name by which requests ask for it, such as <c>dockerfile.v0</c>.</summary>
    string Name { get; }

    /// <summary>Runs it.</summary>
    /// <param name="request">What is asked.</param>
    /// <param name="host">Solves graphs, and answers what the frontend must know.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="Errors.QuaiException">What was written is wrong; <see cref="SourceException"/> says where.</exception>
    Task<SolveResult> RunAsync(FrontendRequest request, IFrontendHost host, CancellationToken cancellation);
}

using Quai.Build.Jobs;
using Quai.Build.Sessions;
using Quai.Build.Solving;

namespace Quai.Build.Exporting;

/// <summary>Makes something of a build's result.</summary>
internal interface IExporter
{
    /// <summary>The types that requests name it by.</summary>
    IReadOnlyList<string> Types { get; }

    /// <summary>What its progress is called.</summary>
    string Title { get; }

    /// <summary>Makes it.</summary>
    /// <param name="trees">What is exported.</param>
    /// <param name="request">What is asked for.</param>
    /// <param name="session">The client's session; null for none.</param>
    /// <param name="progress">Where it says what it does.</param>
    /// <param name="cancellation">Nothing half made is visible.</param>
    /// <returns>What the client is told.</returns>
    Task<IReadOnlyDictionary<string, string>> RunAsync(
        IReadOnlyList<ExportedTree> trees, ExportRequest request, IBuildSession? session, IStepProgress progress, CancellationToken cancellation);
}

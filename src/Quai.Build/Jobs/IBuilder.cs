namespace Quai.Build.Jobs;

/// <summary>Builds: the solver as its callers see it.</summary>
public interface IBuilder
{
    /// <summary>Begins a build. It is over when the job is disposed.</summary>
    /// <exception cref="Errors.QuaiException">Kind Conflict: there is a build with this id.</exception>
    IBuildJob Begin(BuildJobOptions options);

    /// <summary>Finds a build in progress; waits a few seconds for one that is only about to begin.</summary>
    /// <exception cref="Errors.QuaiException">Kind NotFound: there is none.</exception>
    Task<IBuildJob> GetAsync(string id, CancellationToken cancellation);
}

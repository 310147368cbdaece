namespace Quai.Build.Sessions;

/// <summary>The sessions of clients that are connected.</summary>
public interface IBuildSessions
{
    /// <summary>Finds a session; waits a few seconds for one that is only about to come, as a build's request may overtake it.</summary>
    /// <exception cref="Errors.QuaiException">Kind NotFound: there is none.</exception>
    Task<IBuildSession> GetAsync(string id, CancellationToken cancellation);
}

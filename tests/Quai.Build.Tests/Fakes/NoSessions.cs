using Quai.Build.Sessions;
using Quai.Errors;

namespace Quai.Build.Tests.Fakes;

/// <summary>No client is connected beside the one whose build it is.</summary>
internal sealed class NoSessions : IBuildSessions
{
    public Task<IBuildSession> GetAsync(string id, CancellationToken cancellation) => throw QuaiException.NotFound($"no session {id}");
}

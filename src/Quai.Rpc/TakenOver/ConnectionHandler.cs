using Microsoft.AspNetCore.Http;

namespace Quai.Rpc.TakenOver;

/// <summary>
/// Serves all requests of one connection, in place of whatever serves those of others: who is at its other end reaches nothing else. It is among the features of the
/// connection's requests.
/// </summary>
/// <param name="handle">Serves a request.</param>
public sealed class ConnectionHandler(Func<HttpContext, Task> handle)
{
    /// <summary>Serves a request.</summary>
    public Task HandleAsync(HttpContext http) => handle(http);
}

using Microsoft.AspNetCore.Http;
using Quai.Api.Containers;
using Quai.Daemon.Http;
using Quai.Errors;

namespace Quai.Daemon.Containers;

/// <summary><c>POST /containers/{id}/wait</c>.</summary>
internal static class WaitRoutes
{
    /// <summary>Adds the route.</summary>
    public static void Map(Router router, Backend backend) =>
        router.Add("POST", "/containers/{name}/wait", async call =>
        {
            string condition = call.Version.AtLeast(30) ? call.TextOrNull("condition") ?? "not-running" : "not-running";
            if (condition is not ("not-running" or "next-exit" or "removed"))
            {
                throw QuaiException.Invalid($"invalid condition: \"{condition}\"");
            }

            Task<ContainerWaitResponse> exit = await backend.Containers.WaitAsync(call.Name, condition, call.Gone);

            // The header says that the wait is registered: only then does a client start the container.
            if (call.Version.AtLeast(30))
            {
                await call.StartStream("application/json");
                await call.Http.Response.Body.FlushAsync(call.Gone);
            }

            ContainerWaitResponse response;
            try
            {
                response = await exit;
            }
            catch (QuaiException e) when (call.Http.Response.HasStarted)
            {
                response = new(-1, new ContainerWaitError(e.Message));
            }

            if (call.Http.Response.HasStarted)
            {
                await call.Send(response, Json.Types.ContainerWaitResponse);
            }
            else
            {
                await call.Answer(response, Json.Types.ContainerWaitResponse);
            }
        });
}

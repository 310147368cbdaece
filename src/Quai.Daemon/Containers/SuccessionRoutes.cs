using Microsoft.AspNetCore.Http;
using Quai.Daemon.Http;
using Quai.Engine.Containers;
using Quai.Errors;

namespace Quai.Daemon.Containers;

/// <summary>A container takes the place of another while both run. Quai's own routes.</summary>
internal static class SuccessionRoutes
{
    /// <summary>Adds the routes.</summary>
    public static void Map(Router router, Backend backend)
    {
        IContainers containers = backend.Containers;
        router
            .Add("POST", "/quai/containers/start-beside", async call =>
            {
                await containers.StartBesideAsync(Name(call), ApiCall.ToTheEnd);
                await call.Answer(StatusCodes.Status204NoContent);
            })
            .Add("POST", "/quai/containers/succeed", async call =>
            {
                string former = call.TextOrNull("container") ?? throw QuaiException.Invalid("no container is given whose place is to be taken");
                await containers.SucceedAsync(Name(call), former, ApiCall.ToTheEnd);
                await call.Answer(StatusCodes.Status204NoContent);
            });
    }

    private static string Name(ApiCall call) => call.TextOrNull("name") ?? throw QuaiException.Invalid("no name is given");
}

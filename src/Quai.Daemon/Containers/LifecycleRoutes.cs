using Microsoft.AspNetCore.Http;
using Quai.Daemon.Http;
using Quai.Engine.Containers;
using Quai.Errors;

namespace Quai.Daemon.Containers;

/// <summary>Start, stop, restart, kill, pause, unpause, rename, resize and delete.</summary>
internal static class LifecycleRoutes
{
    /// <summary>Adds the routes.</summary>
    public static void Map(Router router, Backend backend)
    {
        IContainers containers = backend.Containers;
        router
            .Add("POST", "/containers/{name}/start", async call =>
            {
                // Docker once accepted a host configuration here; a client that still sends one must not believe that it has an effect.
                if (call.Http.Request.ContentLength > 7 || call.Http.Request.Headers.TransferEncoding.Count > 0)
                {
                    throw QuaiException.Invalid("starting container with non-empty request body was deprecated since API v1.22 and removed in v1.24");
                }

                await containers.StartAsync(call.Name, ApiCall.ToTheEnd);
                await call.Answer(StatusCodes.Status204NoContent);
            })
            .Add("POST", "/containers/{name}/stop", async call =>
            {
                await containers.StopAsync(call.Name, Signal(call), call.Number("t"), ApiCall.ToTheEnd);
                await call.Answer(StatusCodes.Status204NoContent);
            })
            .Add("POST", "/containers/{name}/restart", async call =>
            {
                await containers.RestartAsync(call.Name, Signal(call), call.Number("t"), ApiCall.ToTheEnd);
                await call.Answer(StatusCodes.Status204NoContent);
            })
            .Add("POST", "/containers/{name}/kill", async call =>
            {
                await containers.KillAsync(call.Name, call.TextOrNull("signal"), ApiCall.ToTheEnd);
                await call.Answer(StatusCodes.Status204NoContent);
            })
            .Add("POST", "/containers/{name}/pause", async call =>
            {
                await containers.PauseAsync(call.Name, ApiCall.ToTheEnd);
                await call.Answer(StatusCodes.Status204NoContent);
            })
            .Add("POST", "/containers/{name}/unpause", async call =>
            {
                await containers.UnpauseAsync(call.Name, ApiCall.ToTheEnd);
                await call.Answer(StatusCodes.Status204NoContent);
            })
            .Add("POST", "/containers/{name}/rename", async call =>
            {
                if (call.TextOrNull("name") is not { } newName)
                {
                    throw QuaiException.Invalid("Neither old nor new names may be empty");
                }

                await containers.RenameAsync(call.Name, newName.TrimStart('/'), ApiCall.ToTheEnd);
                await call.Answer(StatusCodes.Status204NoContent);
            })
            .Add("POST", "/containers/{name}/resize", async call =>
            {
                (ushort rows, ushort columns) = Size(call);
                await containers.ResizeAsync(call.Name, rows, columns, ApiCall.ToTheEnd);
                await call.Answer(StatusCodes.Status200OK);
            })
            .Add("DELETE", "/containers/{name}", async call =>
            {
                await containers.RemoveAsync(call.Name, call.Flag("force"), call.Flag("v"), call.Flag("link"), ApiCall.ToTheEnd);
                await call.Answer(StatusCodes.Status204NoContent);
            });
    }

    /// <summary>The size of a terminal: <c>h</c> rows, <c>w</c> columns.</summary>
    /// <exception cref="QuaiException">One is missing or not a size.</exception>
    public static (ushort Rows, ushort Columns) Size(ApiCall call) => (Side(call.RequiredNumber("h")), Side(call.RequiredNumber("w")));

    private static ushort Side(int cells) => cells is >= 0 and <= ushort.MaxValue
        ? (ushort)cells
        : throw QuaiException.Invalid($"invalid terminal size: {cells}");

    private static string? Signal(ApiCall call) => call.Version.AtLeast(42) ? call.TextOrNull("signal") : null;
}

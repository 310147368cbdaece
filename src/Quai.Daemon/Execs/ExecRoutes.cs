using System.Text;
using Microsoft.AspNetCore.Http;
using Quai.Api.Containers;
using Quai.Daemon.Containers;
using Quai.Daemon.Http;
using Quai.Engine.Containers;
using Quai.Engine.Execs;
using Quai.Errors;
using Quai.Linux;

namespace Quai.Daemon.Execs;

/// <summary>Execs: create, start, resize, inspect.</summary>
internal static class ExecRoutes
{
    /// <summary>Adds the routes.</summary>
    public static void Map(Router router, Backend backend)
    {
        IExecs execs = backend.Execs;
        router
            .Add("POST", "/containers/{name}/exec", async call =>
            {
                ExecCreateRequest request = await call.ReadDocument(Json.Types.ExecCreateRequest) ?? new();
                if (request.Cmd is not { Count: > 0 })
                {
                    throw QuaiException.Invalid("No exec command specified");
                }

                if (!call.Version.AtLeast(42))
                {
                    request.ConsoleSize = null;
                }

                await call.Answer(await execs.CreateAsync(call.Name, request, ApiCall.ToTheEnd), Json.Types.IdResponse, StatusCodes.Status201Created);
            })
            .Add("POST", "/exec/{name}/start", call => Start(call, execs))
            .Add("POST", "/exec/{name}/resize", async call =>
            {
                (ushort rows, ushort columns) = LifecycleRoutes.Size(call);
                await execs.ResizeAsync(call.Name, rows, columns, ApiCall.ToTheEnd);
                await call.Answer(StatusCodes.Status200OK);
            })
            .Add("GET", "/exec/{name}/json", call => call.Answer(execs.Inspect(call.Name), Json.Types.ExecInspect));
    }

    private static async Task Start(ApiCall call, IExecs execs)
    {
        ExecStartRequest request = await call.ReadDocument(Json.Types.ExecStartRequest) ?? new();
        if (request.ConsoleSize is { } size)
        {
            if (!call.Version.AtLeast(42))
            {
                request.ConsoleSize = null;
            }
            else if (!request.Tty || size.Length != 2)
            {
                throw QuaiException.Invalid(request.Tty ? "console size needs two values: height and width" : "console size is only supported for TTY execs");
            }
        }

        bool tty = execs.Inspect(call.Name).ProcessConfig.Tty;
        if (request.Detach)
        {
            await execs.StartDetachedAsync(call.Name, ApiCall.ToTheEnd);
            await call.Answer(StatusCodes.Status200OK);
            return;
        }

        // The stream opens before the program starts: clients can handle a message and an exit code, but not an error status.
        // This request says how the stream is framed; the exec's creation said whether the program has a terminal.
        await using Hijack hijack = await Hijack.BeginAsync(call, request.Tty);
        Stream toClient = request.Tty == tty ? hijack.ToClient : tty ? new FramingStream(hijack.ToClient) : new UnframingStream(hijack.ToClient);
        IAttachSession session;
        try
        {
            session = await execs.StartAsync(call.Name, request, ApiCall.ToTheEnd);
        }
        catch (Exception e) when (e is QuaiException or LinuxException)
        {
            await hijack.ToClient.WriteAsync(Message(e.Message, request.Tty), call.Gone);
            return;
        }

        await using (session)
        {
            await session.RunAsync(hijack.FromClient, toClient, call.Gone);
        }
    }

    /// <summary>A line on the client's standard output, in a frame unless it has a terminal.</summary>
    private static byte[] Message(string text, bool tty)
    {
        byte[] line = Encoding.UTF8.GetBytes(text + "\r\n");
        if (tty)
        {
            return line;
        }

        return FramingStream.Frame(line);
    }
}

using System.Globalization;
using Quai.Api.Containers;
using Quai.Daemon.Http;
using Quai.Engine.Containers;
using Quai.Errors;

namespace Quai.Daemon.Containers;

/// <summary>Streams of a container: attach, logs, stats.</summary>
internal static class StreamRoutes
{
    /// <summary>Adds the routes.</summary>
    public static void Map(Router router, Backend backend)
    {
        IContainers containers = backend.Containers;
        router
            .Add("POST", "/containers/{name}/attach", async call =>
            {
                var request = new AttachRequest(call.Flag("stdin"), call.Flag("stdout"), call.Flag("stderr"), call.Flag("logs"), call.Flag("stream"), call.TextOrNull("detachKeys"));
                _ = await call.ReadSmallBody();
                await using IAttachSession session = await containers.AttachAsync(call.Name, request, call.Gone);
                await using Hijack hijack = await Hijack.BeginAsync(call, session.Tty);
                await session.RunAsync(hijack.FromClient, hijack.ToClient, call.Gone);
            })
            .Add("GET", "/containers/{name}/attach/ws", call => WebSocketAttach.ServeAsync(call, containers))
            .Add("GET", "/containers/{name}/logs", async call =>
            {
                bool stdout = call.Flag("stdout"), stderr = call.Flag("stderr");
                if (!stdout && !stderr)
                {
                    throw QuaiException.Invalid("Bad parameters: you must choose at least one stream");
                }

                var request = new LogsRequest(stdout, stderr, call.Flag("follow"), call.Flag("timestamps"), call.Flag("details"), call.Time("since"), call.Time("until"), Tail(call));
                string contentType = await ContentTypeOfLogs(backend, call);
                IAsyncEnumerable<ReadOnlyMemory<byte>> lines = await containers.LogsAsync(call.Name, request, call.Gone);
                await call.StartStream(contentType);
                await call.Http.Response.Body.FlushAsync(call.Gone);
                await foreach (ReadOnlyMemory<byte> line in lines.WithCancellation(call.Gone))
                {
                    await call.Send(line);
                }
            })
            .Add("GET", "/containers/{name}/stats", async call =>
            {
                bool stream = call.Flag("stream", otherwise: true);
                bool oneShot = call.Version.AtLeast(41) && call.Flag("one-shot");
                if (stream && oneShot)
                {
                    throw QuaiException.Invalid("cannot have stream=true and one-shot=true");
                }

                IAsyncEnumerable<ContainerStats> samples = containers.StatsAsync(call.Name, stream, oneShot, call.Gone);
                await foreach (ContainerStats sample in samples.WithCancellation(call.Gone))
                {
                    // The header waits for the first sample: an unknown container still gets its status.
                    if (!call.Http.Response.HasStarted)
                    {
                        await call.StartStream("application/json");
                    }

                    await call.Send(sample, Json.Types.ContainerStats);
                }
            });
    }

    /// <summary>The number of lines: anything but a non-negative number means all, as in Docker.</summary>
    private static long? Tail(ApiCall call) =>
        long.TryParse(call.Text("tail"), NumberStyles.None, CultureInfo.InvariantCulture, out long lines) ? lines : null;

    private static async Task<string> ContentTypeOfLogs(Backend backend, ApiCall call)
    {
        if (!call.Version.AtLeast(42))
        {
            return "application/octet-stream";
        }

        ContainerInspect inspect = await backend.Containers.InspectAsync(call.Name, size: false, call.Gone);
        return inspect.Config.Tty ? "application/vnd.docker.raw-stream" : "application/vnd.docker.multiplexed-stream";
    }
}

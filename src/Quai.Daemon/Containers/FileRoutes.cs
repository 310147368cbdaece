using Microsoft.AspNetCore.Http;
using Quai.Api.Containers;
using Quai.Daemon.Http;
using Quai.Engine.Containers;
using Quai.Errors;

namespace Quai.Daemon.Containers;

/// <summary>Containers' files: copied out and in, exported, committed.</summary>
internal static class FileRoutes
{
    private const string StatHeader = "X-Docker-Container-Path-Stat";

    /// <summary>Adds the routes.</summary>
    public static void Map(Router router, IContainerFiles files) => router
        .Add("HEAD", "/containers/{name}/archive", async call =>
        {
            ContainerPathStat stat = await files.StatPathAsync(call.Name, PathOf(call), call.Gone);
            call.Http.Response.Headers[StatHeader] = Encode(stat);
            await call.Answer(StatusCodes.Status200OK);
        })
        .Add("GET", "/containers/{name}/archive", async call =>
        {
            await using IContainerArchive archive = await files.ArchivePathAsync(call.Name, PathOf(call), call.Gone);
            call.Http.Response.Headers[StatHeader] = Encode(archive.Stat!);
            await Send(call, archive, "application/x-tar");
        })
        .Add("PUT", "/containers/{name}/archive", async call =>
        {
            string path = PathOf(call);
            await files.ExtractAsync(call.Name, path, call.Flag("noOverwriteDirNonDir"), call.Flag("copyUIDGID"), call.Http.Request.Body, call.Gone);
            await call.Answer(StatusCodes.Status200OK);
        })
        .Add("GET", "/containers/{name}/export", async call =>
        {
            await using IContainerArchive archive = await files.ExportAsync(call.Name, call.Gone);
            await Send(call, archive, "application/octet-stream");
        })
        .Add("POST", "/commit", async call =>
        {
            // A request without a body may have no content type either.
            ContainerConfig? config = call.Http.Request.ContentLength is > 0 || call.Http.Request.Headers.TransferEncoding.Count > 0
                ? await call.ReadDocument(Json.Types.ContainerConfig)
                : null;
            var request = new CommitRequest(
                call.Text("container") ?? "",
                call.TextOrNull("repo"),
                call.TextOrNull("tag"),
                call.Text("author") ?? "",
                call.Text("comment") ?? "",
                call.Flag("pause", otherwise: true),
                call.All("changes"),
                config);
            await call.Answer(new IdResponse(await files.CommitAsync(request, ApiCall.ToTheEnd)), Json.Types.IdResponse, StatusCodes.Status201Created);
        });

    private static async Task Send(ApiCall call, IContainerArchive archive, string type)
    {
        await call.StartStream(type);
        await archive.WriteAsync(call.Http.Response.Body, call.Gone);
    }

    private static string PathOf(ApiCall call) => call.TextOrNull("path") ?? throw QuaiException.Invalid("bad parameter: path cannot be empty");

    private static string Encode(ContainerPathStat stat) => Convert.ToBase64String(Json.Line(stat, Json.Types.ContainerPathStat).Span.TrimEnd((byte)'\n'));
}

using Microsoft.AspNetCore.Http;
using Quai.Api.Images;
using Quai.Daemon.Http;
using Quai.Errors;
using Quai.Images;

namespace Quai.Daemon.Images;

/// <summary>Images: list, inspect, history, tag, delete, prune.</summary>
internal static class ImageRoutes
{
    /// <summary>Adds the routes.</summary>
    public static void Map(Router router, Backend backend)
    {
        IImageStore images = backend.Images;
        router
            .Add("GET", "/images/json", async call =>
            {
                List<ImageSummary> list = ImageList.Select(backend, call);
                await call.Answer(list, Json.Types.ListImageSummary);
            })
            .Add("GET", "/images/{name}/json", call => call.Answer(ImageDocument.Inspect(images.Resolve(call.Name), call.Version), Json.Edited.JsonObject))
            .Add("GET", "/images/{name}/history", call =>
            {
                List<ImageHistoryItem> items =
                [
                    .. images.History(call.Name).Select(h => new ImageHistoryItem
                    {
                        Id = h.Id,
                        Created = h.Created.ToUnixTimeSeconds(),
                        CreatedBy = h.CreatedBy,
                        Tags = h.Tags.Count == 0 ? null : [.. h.Tags],
                        Size = h.Size,
                        Comment = h.Comment,
                    }),
                ];
                return call.Answer(items, Json.Types.ListImageHistoryItem);
            })
            .Add("POST", "/images/{name}/tag", async call =>
            {
                string repository = call.TextOrNull("repo") ?? throw QuaiException.Invalid("invalid reference format: repository name must have at least one component");
                await images.TagAsync(call.Name, repository, call.TextOrNull("tag"), call.Gone);
                await call.Answer(StatusCodes.Status201Created);
            })
            .Add("POST", "/images/prune", async call => await call.Answer(await ImagePrune.RunAsync(backend, call), Json.Types.ImagesPruneResponse))
            .Add("DELETE", "/images/{name}", async call =>
            {
                IReadOnlyList<ImageDeleted> deleted = await images.RemoveAsync(call.Name, call.Flag("force"), call.Flag("noprune"), backend.Containers.UsersOfImage, call.Gone);
                await call.Answer([.. deleted.Select(Item)], Json.Types.ListImageDeleteItem);
            });
    }

    /// <summary>One thing that was removed.</summary>
    public static ImageDeleteItem Item(ImageDeleted deleted) => new() { Untagged = deleted.Untagged, Deleted = deleted.Deleted };
}
